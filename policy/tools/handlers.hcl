# Tools that only look at files, pack them or compile them, but have an option that names a program, or code, to run.
# Checked: coreutils 9.1 (split, uniq), binutils 2.40, gcc 12, by --help; zip 3.0, xxd 9.0, bat 0.25, ack 3.8, ag 2.2, pylint 3.3, pandoc 3.6,
# just 1.40, rake 13, tsx 4.19 and ts-node 10.9 by their manuals. Other options are read as those of a tool without a grammar.

tool "split" {
  abbreviate = true
  flags      = ["-e", "--elide-empty-files", "-u", "--unbuffered", "--verbose"]
  value_flags = [
    "-a", "--suffix-length", "--additional-suffix", "-b", "--bytes", "-C", "--line-bytes", "-l", "--lines", "-n", "--number",
    "-t", "--separator", "--filter",
  ]
  optional_flags = ["-d", "--numeric-suffixes", "-x", "--hex-suffixes"]
  shell_flags    = ["--filter"]
  info_flags     = ["--help", "--version"]
  operands       = ["path"]
}

tool "uniq" {
  abbreviate     = true
  flags          = ["-c", "--count", "-d", "--repeated", "-D", "-i", "--ignore-case", "-u", "--unique", "-z", "--zero-terminated"]
  value_flags    = ["-f", "--skip-fields", "-s", "--skip-chars", "-w", "--check-chars"]
  optional_flags = ["--all-repeated", "--group"]
  info_flags     = ["--help", "--version"]
  operands       = ["path"]
}

tool "xxd" {
  single_dash = true
  flags       = ["-r", "-revert", "-p", "-ps", "-plain", "-i", "-include", "-u", "-a", "-autoskip", "-b", "-bits", "-e", "-E", "-d", "-C", "-v"]
  value_flags = ["-c", "-cols", "-g", "-groupsize", "-l", "-len", "-n", "-name", "-o", "-offset", "-s", "-seek", "-R"]
  operands    = ["path"]
}

tool "zip" {
  abbreviate   = true
  value_flags  = ["--unzip-command"]
  escape_flags = ["--unzip-command", "-T", "-TT", "--test"]
  operands     = ["path"]
}

tool "bat" {
  also         = ["batcat"]
  value_flags  = ["--pager", "--paging", "-l", "--language", "--style", "--color", "-r", "--line-range", "--theme", "-H", "--highlight-line", "--wrap", "--tabs", "--decorations", "-m", "--map-syntax", "--file-name"]
  path_flags   = ["--config-file", "--config-dir"]
  escape_flags = ["--pager", "--config-file", "--config-dir"]
  safe_values  = { "--pager" = ["", "cat", "less", "less -[FRSX]*", "never"] }
  operands     = ["path"]
}

tool "ack" {
  also         = ["ag"]
  abbreviate   = true
  value_flags  = ["--pager"]
  path_flags   = ["--ackrc"]
  escape_flags = ["--pager", "--ackrc", "--output"]
  operands     = ["text", "path"]
}

tool "nm" {
  also         = ["objdump", "size", "strings", "readelf"]
  abbreviate   = true
  value_flags  = ["--plugin"]
  escape_flags = ["--plugin"]
  operands     = ["path"]
}

tool "gcc" {
  also           = ["g++", "cc", "c++"]
  value_flags    = ["-wrapper", "-x", "-l", "-D", "-U", "-MT", "-MQ", "-Xlinker", "-Xassembler", "-Xpreprocessor", "-u", "-z"]
  optional_flags = ["-W", "-O", "-f", "-m", "-g", "-std"]
  path_flags     = ["-o", "-I", "-L", "-B", "-T", "-MF", "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-specs", "--sysroot", "-isysroot"]
  escape_flags   = ["-wrapper"]
  info_flags     = ["--version", "--help", "-dumpversion", "-dumpmachine"]
  operands       = ["any"]
}

tool "pylint" {
  value_flags  = ["--init-hook"]
  escape_flags = ["--init-hook"]
  abbreviate   = true
  operands     = ["any"]
}

tool "pandoc" {
  abbreviate   = true
  value_flags  = ["-F", "--filter", "-L", "--lua-filter", "--pdf-engine", "--pdf-engine-opt", "-t", "-w", "--to", "--write", "-f", "-r", "--from", "--read"]
  path_flags   = ["-o", "--output", "--extract-media"]
  escape_flags = ["-F", "--filter", "-L", "--lua-filter", "--pdf-engine", "--pdf-engine-opt"]
  escape_values = {
    "-t" = ["*.lua"]
    "-f" = ["*.lua"]
  }
  safe_values = {
    "-F"           = ["pandoc-crossref", "pandoc-citeproc"]
    "--pdf-engine" = ["pdflatex", "xelatex", "lualatex", "latexmk", "tectonic", "wkhtmltopdf", "weasyprint", "typst", "context", "groff"]
  }
  same     = [["-F", "--filter"], ["-L", "--lua-filter"], ["-t", "-w", "--to", "--write"], ["-f", "-r", "--from", "--read"], ["-o", "--output"]]
  operands = ["path"]
}

tool "just" {
  value_flags  = ["--shell", "--shell-arg", "--chooser", "--set"]
  path_flags   = ["-f", "--justfile"]
  chdir_flags  = ["-d", "--working-directory"]
  shell_flags  = ["-c", "--command"]
  escape_flags = ["--shell", "--shell-arg", "--chooser", "--edit", "-e", "--choose"]
  operands     = ["any"]
}

tool "rake" {
  value_flags  = ["-e", "--execute", "-E", "--execute-continue", "-p", "--execute-print", "-r", "--require"]
  path_flags   = ["-f", "--rakefile", "-I", "--libdir", "-R", "--rakelibdir"]
  escape_flags = ["-e", "--execute", "-E", "--execute-continue", "-p", "--execute-print"]
  abbreviate   = true
  operands     = ["any"]
}

tool "tsx" {
  also            = ["ts-node", "ts-node-esm", "ts-node-script", "ts-node-transpile-only"]
  flags           = ["--no-cache", "-T", "--transpile-only", "--files", "-H", "--compiler-host", "--esm", "--swc", "--show-config"]
  value_flags     = ["-e", "--eval", "-p", "--print", "-r", "--require", "--import", "-O", "--compiler-options", "-C", "--compiler"]
  path_flags      = ["-P", "--project", "--tsconfig", "--cwd", "--dir"]
  escape_flags    = ["-e", "--eval", "-p", "--print", "-r", "--require", "--import", "-i", "--interactive", "-C", "--compiler"]
  info_flags      = ["-v", "--version", "-h", "--help"]
  stop_at_operand = true
  stdin           = true
  operands        = ["program", "any"]
}
