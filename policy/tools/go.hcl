# Checked: go 1.26, by go help. An option has one dash or two. What go run, go test and go generate run is what the sources say;
# flags of the compilers and the linker can name programs, go env -w lasts, and go tool runs any tool of a module.

tool "go" {
  single_dash = true
  closed      = true
  chdir_flags = ["-C", "--C"]
  same        = [["-C", "--C"]]

  subcommand "bug" {
    single_dash = true
    opaque      = true
  }
  subcommand "build" {
    single_dash = true
    flags = [
      "-a", "-n", "-race", "-msan", "-asan", "-cover", "-v", "-work", "-x", "-json", "-linkshared", "-modcacherw",
      "-trimpath", "--a", "--n", "--race", "--msan", "--asan", "--cover", "--v", "--work", "--x", "--json", "--linkshared",
      "--modcacherw", "--trimpath",
    ]
    value_flags = [
      "-p", "-covermode", "-coverpkg", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix",
      "-ldflags", "-mod", "-tags", "-toolexec", "--p", "--covermode", "--coverpkg", "--asmflags", "--buildmode", "--compiler",
      "--gccgoflags", "--gcflags", "--installsuffix", "--ldflags", "--mod", "--tags", "--toolexec",
    ]
    optional_flags = ["-buildvcs", "--buildvcs"]
    path_flags     = ["-modfile", "-overlay", "-pgo", "-pkgdir", "-o", "--modfile", "--overlay", "--pgo", "--pkgdir", "--o"]
    chdir_flags    = ["-C", "--C"]
    escape_flags = [
      "-toolexec", "-overlay", "-modfile", "-gccgoflags", "-compiler", "-pkgdir", "-asmflags", "-gcflags", "-ldflags",
      "--toolexec", "--overlay", "--modfile", "--gccgoflags", "--compiler", "--pkgdir", "--asmflags", "--gcflags",
      "--ldflags",
    ]
    safe_values = {
      "-compiler"  = ["gc"]
      "-ldflags"   = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "-gcflags"   = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "-asmflags"  = [""]
      "--compiler" = ["gc"]
      "--ldflags"  = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "--gcflags"  = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "--asmflags" = [""]
    }
    same = [
      ["-a", "--a"], ["-n", "--n"], ["-race", "--race"], ["-msan", "--msan"], ["-asan", "--asan"], ["-cover", "--cover"],
      ["-v", "--v"], ["-work", "--work"], ["-x", "--x"], ["-json", "--json"], ["-linkshared", "--linkshared"],
      ["-modcacherw", "--modcacherw"], ["-trimpath", "--trimpath"], ["-p", "--p"], ["-covermode", "--covermode"],
      ["-coverpkg", "--coverpkg"], ["-asmflags", "--asmflags"], ["-buildmode", "--buildmode"], ["-compiler", "--compiler"],
      ["-gccgoflags", "--gccgoflags"], ["-gcflags", "--gcflags"], ["-installsuffix", "--installsuffix"],
      ["-ldflags", "--ldflags"], ["-mod", "--mod"], ["-tags", "--tags"], ["-toolexec", "--toolexec"],
      ["-buildvcs", "--buildvcs"], ["-modfile", "--modfile"], ["-overlay", "--overlay"], ["-pgo", "--pgo"],
      ["-pkgdir", "--pkgdir"], ["-o", "--o"], ["-C", "--C"],
    ]
    operands = ["any"]
  }
  subcommand "clean" {
    single_dash = true
    flags = [
      "-a", "-n", "-race", "-msan", "-asan", "-cover", "-v", "-work", "-x", "-json", "-linkshared", "-modcacherw",
      "-trimpath", "-i", "-r", "-cache", "-testcache", "-modcache", "-fuzzcache", "--a", "--n", "--race", "--msan", "--asan",
      "--cover", "--v", "--work", "--x", "--json", "--linkshared", "--modcacherw", "--trimpath", "--i", "--r", "--cache",
      "--testcache", "--modcache", "--fuzzcache",
    ]
    value_flags = [
      "-p", "-covermode", "-coverpkg", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix",
      "-ldflags", "-mod", "-tags", "-toolexec", "--p", "--covermode", "--coverpkg", "--asmflags", "--buildmode", "--compiler",
      "--gccgoflags", "--gcflags", "--installsuffix", "--ldflags", "--mod", "--tags", "--toolexec",
    ]
    optional_flags = ["-buildvcs", "--buildvcs"]
    path_flags     = ["-modfile", "-overlay", "-pgo", "-pkgdir", "--modfile", "--overlay", "--pgo", "--pkgdir"]
    chdir_flags    = ["-C", "--C"]
    escape_flags = [
      "-toolexec", "-overlay", "-modfile", "-gccgoflags", "-compiler", "-pkgdir", "-asmflags", "-gcflags", "-ldflags",
      "--toolexec", "--overlay", "--modfile", "--gccgoflags", "--compiler", "--pkgdir", "--asmflags", "--gcflags",
      "--ldflags",
    ]
    safe_values = {
      "-compiler"  = ["gc"]
      "-ldflags"   = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "-gcflags"   = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "-asmflags"  = [""]
      "--compiler" = ["gc"]
      "--ldflags"  = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "--gcflags"  = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "--asmflags" = [""]
    }
    same = [
      ["-a", "--a"], ["-n", "--n"], ["-race", "--race"], ["-msan", "--msan"], ["-asan", "--asan"], ["-cover", "--cover"],
      ["-v", "--v"], ["-work", "--work"], ["-x", "--x"], ["-json", "--json"], ["-linkshared", "--linkshared"],
      ["-modcacherw", "--modcacherw"], ["-trimpath", "--trimpath"], ["-i", "--i"], ["-r", "--r"], ["-cache", "--cache"],
      ["-testcache", "--testcache"], ["-modcache", "--modcache"], ["-fuzzcache", "--fuzzcache"], ["-p", "--p"],
      ["-covermode", "--covermode"], ["-coverpkg", "--coverpkg"], ["-asmflags", "--asmflags"], ["-buildmode", "--buildmode"],
      ["-compiler", "--compiler"], ["-gccgoflags", "--gccgoflags"], ["-gcflags", "--gcflags"],
      ["-installsuffix", "--installsuffix"], ["-ldflags", "--ldflags"], ["-mod", "--mod"], ["-tags", "--tags"],
      ["-toolexec", "--toolexec"], ["-buildvcs", "--buildvcs"], ["-modfile", "--modfile"], ["-overlay", "--overlay"],
      ["-pgo", "--pgo"], ["-pkgdir", "--pkgdir"], ["-C", "--C"],
    ]
    operands = ["any"]
  }
  subcommand "doc" {
    single_dash = true
    flags = [
      "-all", "-c", "-cmd", "-ex", "-short", "-src", "-u", "-http", "--all", "--c", "--cmd", "--ex", "--short", "--src",
      "--u", "--http",
    ]
    chdir_flags = ["-C", "--C"]
    same = [
      ["-all", "--all"], ["-c", "--c"], ["-cmd", "--cmd"], ["-ex", "--ex"], ["-short", "--short"], ["-src", "--src"],
      ["-u", "--u"], ["-http", "--http"], ["-C", "--C"],
    ]
    operands = ["text"]
  }
  subcommand "env" {
    single_dash  = true
    flags        = ["-json", "-u", "-w", "-changed", "--json", "--u", "--w", "--changed"]
    chdir_flags  = ["-C", "--C"]
    escape_flags = ["-w", "-u", "--w", "--u"]
    same         = [["-json", "--json"], ["-u", "--u"], ["-w", "--w"], ["-changed", "--changed"], ["-C", "--C"]]
    operands     = ["text"]
  }
  subcommand "fix" {
    single_dash = true
    flags = [
      "-a", "-n", "-race", "-msan", "-asan", "-cover", "-v", "-work", "-x", "-json", "-linkshared", "-modcacherw",
      "-trimpath", "-diff", "--a", "--n", "--race", "--msan", "--asan", "--cover", "--v", "--work", "--x", "--json",
      "--linkshared", "--modcacherw", "--trimpath", "--diff",
    ]
    value_flags = [
      "-p", "-covermode", "-coverpkg", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix",
      "-ldflags", "-mod", "-tags", "-toolexec", "-fixtool", "-fix", "-r", "-force", "--p", "--covermode", "--coverpkg",
      "--asmflags", "--buildmode", "--compiler", "--gccgoflags", "--gcflags", "--installsuffix", "--ldflags", "--mod",
      "--tags", "--toolexec", "--fixtool", "--fix", "--r", "--force",
    ]
    optional_flags = ["-buildvcs", "--buildvcs"]
    path_flags     = ["-modfile", "-overlay", "-pgo", "-pkgdir", "-vettool", "--modfile", "--overlay", "--pgo", "--pkgdir", "--vettool"]
    chdir_flags    = ["-C", "--C"]
    escape_flags = [
      "-fixtool", "-toolexec", "-overlay", "-modfile", "-gccgoflags", "-compiler", "-pkgdir", "-vettool", "-asmflags",
      "-gcflags", "-ldflags", "--fixtool", "--toolexec", "--overlay", "--modfile", "--gccgoflags", "--compiler", "--pkgdir",
      "--vettool", "--asmflags", "--gcflags", "--ldflags",
    ]
    safe_values = {
      "-compiler"  = ["gc"]
      "-ldflags"   = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "-gcflags"   = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "-asmflags"  = [""]
      "--compiler" = ["gc"]
      "--ldflags"  = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "--gcflags"  = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "--asmflags" = [""]
    }
    same = [
      ["-a", "--a"], ["-n", "--n"], ["-race", "--race"], ["-msan", "--msan"], ["-asan", "--asan"], ["-cover", "--cover"],
      ["-v", "--v"], ["-work", "--work"], ["-x", "--x"], ["-json", "--json"], ["-linkshared", "--linkshared"],
      ["-modcacherw", "--modcacherw"], ["-trimpath", "--trimpath"], ["-diff", "--diff"], ["-p", "--p"],
      ["-covermode", "--covermode"], ["-coverpkg", "--coverpkg"], ["-asmflags", "--asmflags"], ["-buildmode", "--buildmode"],
      ["-compiler", "--compiler"], ["-gccgoflags", "--gccgoflags"], ["-gcflags", "--gcflags"],
      ["-installsuffix", "--installsuffix"], ["-ldflags", "--ldflags"], ["-mod", "--mod"], ["-tags", "--tags"],
      ["-toolexec", "--toolexec"], ["-fixtool", "--fixtool"], ["-fix", "--fix"], ["-r", "--r"], ["-force", "--force"],
      ["-buildvcs", "--buildvcs"], ["-modfile", "--modfile"], ["-overlay", "--overlay"], ["-pgo", "--pgo"],
      ["-pkgdir", "--pkgdir"], ["-vettool", "--vettool"], ["-C", "--C"],
    ]
    operands = ["any"]
  }
  subcommand "fmt" {
    single_dash = true
    flags       = ["-n", "-x", "--n", "--x"]
    value_flags = ["-mod", "--mod"]
    chdir_flags = ["-C", "--C"]
    same        = [["-n", "--n"], ["-x", "--x"], ["-mod", "--mod"], ["-C", "--C"]]
    operands    = ["any"]
  }
  subcommand "generate" {
    single_dash = true
    flags = [
      "-a", "-n", "-race", "-msan", "-asan", "-cover", "-v", "-work", "-x", "-json", "-linkshared", "-modcacherw",
      "-trimpath", "--a", "--n", "--race", "--msan", "--asan", "--cover", "--v", "--work", "--x", "--json", "--linkshared",
      "--modcacherw", "--trimpath",
    ]
    value_flags = [
      "-p", "-covermode", "-coverpkg", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix",
      "-ldflags", "-mod", "-tags", "-toolexec", "-run", "-skip", "--p", "--covermode", "--coverpkg", "--asmflags",
      "--buildmode", "--compiler", "--gccgoflags", "--gcflags", "--installsuffix", "--ldflags", "--mod", "--tags",
      "--toolexec", "--run", "--skip",
    ]
    optional_flags = ["-buildvcs", "--buildvcs"]
    path_flags     = ["-modfile", "-overlay", "-pgo", "-pkgdir", "--modfile", "--overlay", "--pgo", "--pkgdir"]
    chdir_flags    = ["-C", "--C"]
    escape_flags = [
      "-toolexec", "-overlay", "-modfile", "-gccgoflags", "-compiler", "-pkgdir", "-asmflags", "-gcflags", "-ldflags",
      "--toolexec", "--overlay", "--modfile", "--gccgoflags", "--compiler", "--pkgdir", "--asmflags", "--gcflags",
      "--ldflags",
    ]
    safe_values = {
      "-compiler"  = ["gc"]
      "-ldflags"   = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "-gcflags"   = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "-asmflags"  = [""]
      "--compiler" = ["gc"]
      "--ldflags"  = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "--gcflags"  = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "--asmflags" = [""]
    }
    same = [
      ["-a", "--a"], ["-n", "--n"], ["-race", "--race"], ["-msan", "--msan"], ["-asan", "--asan"], ["-cover", "--cover"],
      ["-v", "--v"], ["-work", "--work"], ["-x", "--x"], ["-json", "--json"], ["-linkshared", "--linkshared"],
      ["-modcacherw", "--modcacherw"], ["-trimpath", "--trimpath"], ["-p", "--p"], ["-covermode", "--covermode"],
      ["-coverpkg", "--coverpkg"], ["-asmflags", "--asmflags"], ["-buildmode", "--buildmode"], ["-compiler", "--compiler"],
      ["-gccgoflags", "--gccgoflags"], ["-gcflags", "--gcflags"], ["-installsuffix", "--installsuffix"],
      ["-ldflags", "--ldflags"], ["-mod", "--mod"], ["-tags", "--tags"], ["-toolexec", "--toolexec"], ["-run", "--run"],
      ["-skip", "--skip"], ["-buildvcs", "--buildvcs"], ["-modfile", "--modfile"], ["-overlay", "--overlay"],
      ["-pgo", "--pgo"], ["-pkgdir", "--pkgdir"], ["-C", "--C"],
    ]
    operands = ["any"]
  }
  subcommand "get" {
    single_dash = true
    flags = [
      "-a", "-n", "-race", "-msan", "-asan", "-cover", "-v", "-work", "-x", "-json", "-linkshared", "-modcacherw",
      "-trimpath", "-t", "-tool", "-d", "--a", "--n", "--race", "--msan", "--asan", "--cover", "--v", "--work", "--x",
      "--json", "--linkshared", "--modcacherw", "--trimpath", "--t", "--tool", "--d",
    ]
    value_flags = [
      "-p", "-covermode", "-coverpkg", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix",
      "-ldflags", "-mod", "-tags", "-toolexec", "--p", "--covermode", "--coverpkg", "--asmflags", "--buildmode", "--compiler",
      "--gccgoflags", "--gcflags", "--installsuffix", "--ldflags", "--mod", "--tags", "--toolexec",
    ]
    optional_flags = ["-buildvcs", "-u", "--buildvcs", "--u"]
    path_flags     = ["-modfile", "-overlay", "-pgo", "-pkgdir", "--modfile", "--overlay", "--pgo", "--pkgdir"]
    chdir_flags    = ["-C", "--C"]
    escape_flags = [
      "-toolexec", "-overlay", "-modfile", "-gccgoflags", "-compiler", "-pkgdir", "-asmflags", "-gcflags", "-ldflags",
      "--toolexec", "--overlay", "--modfile", "--gccgoflags", "--compiler", "--pkgdir", "--asmflags", "--gcflags",
      "--ldflags",
    ]
    safe_values = {
      "-compiler"  = ["gc"]
      "-ldflags"   = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "-gcflags"   = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "-asmflags"  = [""]
      "--compiler" = ["gc"]
      "--ldflags"  = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "--gcflags"  = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "--asmflags" = [""]
    }
    same = [
      ["-a", "--a"], ["-n", "--n"], ["-race", "--race"], ["-msan", "--msan"], ["-asan", "--asan"], ["-cover", "--cover"],
      ["-v", "--v"], ["-work", "--work"], ["-x", "--x"], ["-json", "--json"], ["-linkshared", "--linkshared"],
      ["-modcacherw", "--modcacherw"], ["-trimpath", "--trimpath"], ["-t", "--t"], ["-tool", "--tool"], ["-d", "--d"],
      ["-p", "--p"], ["-covermode", "--covermode"], ["-coverpkg", "--coverpkg"], ["-asmflags", "--asmflags"],
      ["-buildmode", "--buildmode"], ["-compiler", "--compiler"], ["-gccgoflags", "--gccgoflags"], ["-gcflags", "--gcflags"],
      ["-installsuffix", "--installsuffix"], ["-ldflags", "--ldflags"], ["-mod", "--mod"], ["-tags", "--tags"],
      ["-toolexec", "--toolexec"], ["-buildvcs", "--buildvcs"], ["-u", "--u"], ["-modfile", "--modfile"],
      ["-overlay", "--overlay"], ["-pgo", "--pgo"], ["-pkgdir", "--pkgdir"], ["-C", "--C"],
    ]
    operands = ["any"]
  }
  subcommand "help" {
    single_dash = true
    operands    = ["text"]
  }
  subcommand "install" {
    single_dash = true
    flags = [
      "-a", "-n", "-race", "-msan", "-asan", "-cover", "-v", "-work", "-x", "-json", "-linkshared", "-modcacherw",
      "-trimpath", "--a", "--n", "--race", "--msan", "--asan", "--cover", "--v", "--work", "--x", "--json", "--linkshared",
      "--modcacherw", "--trimpath",
    ]
    value_flags = [
      "-p", "-covermode", "-coverpkg", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix",
      "-ldflags", "-mod", "-tags", "-toolexec", "--p", "--covermode", "--coverpkg", "--asmflags", "--buildmode", "--compiler",
      "--gccgoflags", "--gcflags", "--installsuffix", "--ldflags", "--mod", "--tags", "--toolexec",
    ]
    optional_flags = ["-buildvcs", "--buildvcs"]
    path_flags     = ["-modfile", "-overlay", "-pgo", "-pkgdir", "--modfile", "--overlay", "--pgo", "--pkgdir"]
    chdir_flags    = ["-C", "--C"]
    escape_flags = [
      "-toolexec", "-overlay", "-modfile", "-gccgoflags", "-compiler", "-pkgdir", "-asmflags", "-gcflags", "-ldflags",
      "--toolexec", "--overlay", "--modfile", "--gccgoflags", "--compiler", "--pkgdir", "--asmflags", "--gcflags",
      "--ldflags",
    ]
    safe_values = {
      "-compiler"  = ["gc"]
      "-ldflags"   = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "-gcflags"   = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "-asmflags"  = [""]
      "--compiler" = ["gc"]
      "--ldflags"  = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "--gcflags"  = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "--asmflags" = [""]
    }
    same = [
      ["-a", "--a"], ["-n", "--n"], ["-race", "--race"], ["-msan", "--msan"], ["-asan", "--asan"], ["-cover", "--cover"],
      ["-v", "--v"], ["-work", "--work"], ["-x", "--x"], ["-json", "--json"], ["-linkshared", "--linkshared"],
      ["-modcacherw", "--modcacherw"], ["-trimpath", "--trimpath"], ["-p", "--p"], ["-covermode", "--covermode"],
      ["-coverpkg", "--coverpkg"], ["-asmflags", "--asmflags"], ["-buildmode", "--buildmode"], ["-compiler", "--compiler"],
      ["-gccgoflags", "--gccgoflags"], ["-gcflags", "--gcflags"], ["-installsuffix", "--installsuffix"],
      ["-ldflags", "--ldflags"], ["-mod", "--mod"], ["-tags", "--tags"], ["-toolexec", "--toolexec"],
      ["-buildvcs", "--buildvcs"], ["-modfile", "--modfile"], ["-overlay", "--overlay"], ["-pgo", "--pgo"],
      ["-pkgdir", "--pkgdir"], ["-C", "--C"],
    ]
    operands = ["any"]
  }
  subcommand "list" {
    single_dash = true
    flags = [
      "-a", "-n", "-race", "-msan", "-asan", "-cover", "-v", "-work", "-x", "-linkshared", "-modcacherw", "-trimpath",
      "-compiled", "-deps", "-e", "-export", "-find", "-m", "-retracted", "-test", "-u", "-versions", "--a", "--n", "--race",
      "--msan", "--asan", "--cover", "--v", "--work", "--x", "--linkshared", "--modcacherw", "--trimpath", "--compiled",
      "--deps", "--e", "--export", "--find", "--m", "--retracted", "--test", "--u", "--versions",
    ]
    value_flags = [
      "-p", "-covermode", "-coverpkg", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix",
      "-ldflags", "-mod", "-tags", "-toolexec", "-f", "--p", "--covermode", "--coverpkg", "--asmflags", "--buildmode",
      "--compiler", "--gccgoflags", "--gcflags", "--installsuffix", "--ldflags", "--mod", "--tags", "--toolexec", "--f",
    ]
    optional_flags = ["-buildvcs", "-json", "--buildvcs", "--json"]
    path_flags     = ["-modfile", "-overlay", "-pgo", "-pkgdir", "-reuse", "--modfile", "--overlay", "--pgo", "--pkgdir", "--reuse"]
    chdir_flags    = ["-C", "--C"]
    escape_flags = [
      "-toolexec", "-overlay", "-modfile", "-gccgoflags", "-compiler", "-pkgdir", "-asmflags", "-gcflags", "-ldflags",
      "--toolexec", "--overlay", "--modfile", "--gccgoflags", "--compiler", "--pkgdir", "--asmflags", "--gcflags",
      "--ldflags",
    ]
    safe_values = {
      "-compiler"  = ["gc"]
      "-ldflags"   = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "-gcflags"   = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "-asmflags"  = [""]
      "--compiler" = ["gc"]
      "--ldflags"  = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "--gcflags"  = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "--asmflags" = [""]
    }
    same = [
      ["-a", "--a"], ["-n", "--n"], ["-race", "--race"], ["-msan", "--msan"], ["-asan", "--asan"], ["-cover", "--cover"],
      ["-v", "--v"], ["-work", "--work"], ["-x", "--x"], ["-linkshared", "--linkshared"], ["-modcacherw", "--modcacherw"],
      ["-trimpath", "--trimpath"], ["-compiled", "--compiled"], ["-deps", "--deps"], ["-e", "--e"], ["-export", "--export"],
      ["-find", "--find"], ["-m", "--m"], ["-retracted", "--retracted"], ["-test", "--test"], ["-u", "--u"],
      ["-versions", "--versions"], ["-p", "--p"], ["-covermode", "--covermode"], ["-coverpkg", "--coverpkg"],
      ["-asmflags", "--asmflags"], ["-buildmode", "--buildmode"], ["-compiler", "--compiler"],
      ["-gccgoflags", "--gccgoflags"], ["-gcflags", "--gcflags"], ["-installsuffix", "--installsuffix"],
      ["-ldflags", "--ldflags"], ["-mod", "--mod"], ["-tags", "--tags"], ["-toolexec", "--toolexec"], ["-f", "--f"],
      ["-buildvcs", "--buildvcs"], ["-json", "--json"], ["-modfile", "--modfile"], ["-overlay", "--overlay"],
      ["-pgo", "--pgo"], ["-pkgdir", "--pkgdir"], ["-reuse", "--reuse"], ["-C", "--C"],
    ]
    operands = ["any"]
  }
  subcommand "mod" {
    closed = true
    subcommand "download" {
      single_dash  = true
      flags        = ["-v", "-x", "-modcacherw", "-json", "--v", "--x", "--modcacherw", "--json"]
      path_flags   = ["-modfile", "-reuse", "--modfile", "--reuse"]
      chdir_flags  = ["-C", "--C"]
      escape_flags = ["-modfile", "--modfile"]
      same = [
        ["-v", "--v"], ["-x", "--x"], ["-modcacherw", "--modcacherw"], ["-json", "--json"], ["-modfile", "--modfile"],
        ["-reuse", "--reuse"], ["-C", "--C"],
      ]
      operands = ["text"]
    }
    subcommand "edit" {
      single_dash = true
      flags       = ["-v", "-x", "-modcacherw", "-fmt", "-json", "-print", "--v", "--x", "--modcacherw", "--fmt", "--json", "--print"]
      value_flags = [
        "-module", "-go", "-toolchain", "-require", "-droprequire", "-exclude", "-dropexclude", "-dropreplace", "-retract",
        "-dropretract", "-godebug", "-dropgodebug", "-tool", "-droptool", "-ignore", "-dropignore", "--module", "--go",
        "--toolchain", "--require", "--droprequire", "--exclude", "--dropexclude", "--dropreplace", "--retract",
        "--dropretract", "--godebug", "--dropgodebug", "--tool", "--droptool", "--ignore", "--dropignore",
      ]
      path_flags   = ["-modfile", "--modfile"]
      guess_flags  = ["-replace", "--replace"]
      chdir_flags  = ["-C", "--C"]
      escape_flags = ["-modfile", "--modfile"]
      same = [
        ["-v", "--v"], ["-x", "--x"], ["-modcacherw", "--modcacherw"], ["-fmt", "--fmt"], ["-json", "--json"],
        ["-print", "--print"], ["-module", "--module"], ["-go", "--go"], ["-toolchain", "--toolchain"],
        ["-require", "--require"], ["-droprequire", "--droprequire"], ["-exclude", "--exclude"],
        ["-dropexclude", "--dropexclude"], ["-dropreplace", "--dropreplace"], ["-retract", "--retract"],
        ["-dropretract", "--dropretract"], ["-godebug", "--godebug"], ["-dropgodebug", "--dropgodebug"], ["-tool", "--tool"],
        ["-droptool", "--droptool"], ["-ignore", "--ignore"], ["-dropignore", "--dropignore"], ["-modfile", "--modfile"],
        ["-replace", "--replace"], ["-C", "--C"],
      ]
      operands = ["text"]
    }
    subcommand "graph" {
      single_dash  = true
      flags        = ["-v", "-x", "-modcacherw", "--v", "--x", "--modcacherw"]
      value_flags  = ["-go", "--go"]
      path_flags   = ["-modfile", "--modfile"]
      chdir_flags  = ["-C", "--C"]
      escape_flags = ["-modfile", "--modfile"]
      same         = [["-v", "--v"], ["-x", "--x"], ["-modcacherw", "--modcacherw"], ["-go", "--go"], ["-modfile", "--modfile"], ["-C", "--C"]]
      operands     = ["text"]
    }
    subcommand "init" {
      single_dash  = true
      flags        = ["-v", "-x", "-modcacherw", "--v", "--x", "--modcacherw"]
      path_flags   = ["-modfile", "--modfile"]
      chdir_flags  = ["-C", "--C"]
      escape_flags = ["-modfile", "--modfile"]
      same         = [["-v", "--v"], ["-x", "--x"], ["-modcacherw", "--modcacherw"], ["-modfile", "--modfile"], ["-C", "--C"]]
      operands     = ["text"]
    }
    subcommand "tidy" {
      single_dash  = true
      flags        = ["-v", "-x", "-modcacherw", "-e", "-diff", "--v", "--x", "--modcacherw", "--e", "--diff"]
      value_flags  = ["-go", "-compat", "--go", "--compat"]
      path_flags   = ["-modfile", "--modfile"]
      chdir_flags  = ["-C", "--C"]
      escape_flags = ["-modfile", "--modfile"]
      same = [
        ["-v", "--v"], ["-x", "--x"], ["-modcacherw", "--modcacherw"], ["-e", "--e"], ["-diff", "--diff"], ["-go", "--go"],
        ["-compat", "--compat"], ["-modfile", "--modfile"], ["-C", "--C"],
      ]
      operands = ["text"]
    }
    subcommand "vendor" {
      single_dash  = true
      flags        = ["-v", "-x", "-modcacherw", "-e", "--v", "--x", "--modcacherw", "--e"]
      path_flags   = ["-modfile", "-o", "--modfile", "--o"]
      chdir_flags  = ["-C", "--C"]
      escape_flags = ["-modfile", "--modfile"]
      same = [
        ["-v", "--v"], ["-x", "--x"], ["-modcacherw", "--modcacherw"], ["-e", "--e"], ["-modfile", "--modfile"],
        ["-o", "--o"], ["-C", "--C"],
      ]
      operands = ["text"]
    }
    subcommand "verify" {
      single_dash  = true
      flags        = ["-v", "-x", "-modcacherw", "--v", "--x", "--modcacherw"]
      path_flags   = ["-modfile", "--modfile"]
      chdir_flags  = ["-C", "--C"]
      escape_flags = ["-modfile", "--modfile"]
      same         = [["-v", "--v"], ["-x", "--x"], ["-modcacherw", "--modcacherw"], ["-modfile", "--modfile"], ["-C", "--C"]]
      operands     = ["text"]
    }
    subcommand "why" {
      single_dash  = true
      flags        = ["-v", "-x", "-modcacherw", "-m", "-vendor", "--v", "--x", "--modcacherw", "--m", "--vendor"]
      path_flags   = ["-modfile", "--modfile"]
      chdir_flags  = ["-C", "--C"]
      escape_flags = ["-modfile", "--modfile"]
      same = [
        ["-v", "--v"], ["-x", "--x"], ["-modcacherw", "--modcacherw"], ["-m", "--m"], ["-vendor", "--vendor"],
        ["-modfile", "--modfile"], ["-C", "--C"],
      ]
      operands = ["text"]
    }
  }
  subcommand "run" {
    single_dash = true
    flags = [
      "-a", "-n", "-race", "-msan", "-asan", "-cover", "-v", "-work", "-x", "-json", "-linkshared", "-modcacherw",
      "-trimpath", "--a", "--n", "--race", "--msan", "--asan", "--cover", "--v", "--work", "--x", "--json", "--linkshared",
      "--modcacherw", "--trimpath",
    ]
    value_flags = [
      "-p", "-covermode", "-coverpkg", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix",
      "-ldflags", "-mod", "-tags", "-toolexec", "-exec", "--p", "--covermode", "--coverpkg", "--asmflags", "--buildmode",
      "--compiler", "--gccgoflags", "--gcflags", "--installsuffix", "--ldflags", "--mod", "--tags", "--toolexec", "--exec",
    ]
    optional_flags = ["-buildvcs", "--buildvcs"]
    path_flags     = ["-modfile", "-overlay", "-pgo", "-pkgdir", "--modfile", "--overlay", "--pgo", "--pkgdir"]
    chdir_flags    = ["-C", "--C"]
    escape_flags = [
      "-toolexec", "-exec", "-overlay", "-modfile", "-gccgoflags", "-compiler", "-pkgdir", "-asmflags", "-gcflags",
      "-ldflags", "--toolexec", "--exec", "--overlay", "--modfile", "--gccgoflags", "--compiler", "--pkgdir", "--asmflags",
      "--gcflags", "--ldflags",
    ]
    safe_values = {
      "-compiler"  = ["gc"]
      "-ldflags"   = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "-gcflags"   = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "-asmflags"  = [""]
      "--compiler" = ["gc"]
      "--ldflags"  = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "--gcflags"  = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "--asmflags" = [""]
    }
    same = [
      ["-a", "--a"], ["-n", "--n"], ["-race", "--race"], ["-msan", "--msan"], ["-asan", "--asan"], ["-cover", "--cover"],
      ["-v", "--v"], ["-work", "--work"], ["-x", "--x"], ["-json", "--json"], ["-linkshared", "--linkshared"],
      ["-modcacherw", "--modcacherw"], ["-trimpath", "--trimpath"], ["-p", "--p"], ["-covermode", "--covermode"],
      ["-coverpkg", "--coverpkg"], ["-asmflags", "--asmflags"], ["-buildmode", "--buildmode"], ["-compiler", "--compiler"],
      ["-gccgoflags", "--gccgoflags"], ["-gcflags", "--gcflags"], ["-installsuffix", "--installsuffix"],
      ["-ldflags", "--ldflags"], ["-mod", "--mod"], ["-tags", "--tags"], ["-toolexec", "--toolexec"], ["-exec", "--exec"],
      ["-buildvcs", "--buildvcs"], ["-modfile", "--modfile"], ["-overlay", "--overlay"], ["-pgo", "--pgo"],
      ["-pkgdir", "--pkgdir"], ["-C", "--C"],
    ]
    stop_at_operand = true
    operands        = ["program", "any"]
  }
  subcommand "telemetry" {
    single_dash = true
    operands    = ["text"]
  }
  subcommand "test" {
    single_dash = true
    flags = [
      "-a", "-n", "-race", "-msan", "-asan", "-cover", "-v", "-work", "-x", "-json", "-linkshared", "-modcacherw",
      "-trimpath", "-artifacts", "-failfast", "-fullpath", "-short", "-benchmem", "-args", "-c", "-i", "--a", "--n", "--race",
      "--msan", "--asan", "--cover", "--v", "--work", "--x", "--json", "--linkshared", "--modcacherw", "--trimpath",
      "--artifacts", "--failfast", "--fullpath", "--short", "--benchmem", "--args", "--c", "--i",
    ]
    value_flags = [
      "-p", "-covermode", "-coverpkg", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix",
      "-ldflags", "-mod", "-tags", "-toolexec", "-bench", "-benchtime", "-count", "-cpu", "-fuzz", "-fuzztime",
      "-fuzzminimizetime", "-list", "-parallel", "-run", "-shuffle", "-skip", "-timeout", "-vet", "-blockprofilerate",
      "-memprofilerate", "-mutexprofilefraction", "-exec", "-test.run", "--p", "--covermode", "--coverpkg", "--asmflags",
      "--buildmode", "--compiler", "--gccgoflags", "--gcflags", "--installsuffix", "--ldflags", "--mod", "--tags",
      "--toolexec", "--bench", "--benchtime", "--count", "--cpu", "--fuzz", "--fuzztime", "--fuzzminimizetime", "--list",
      "--parallel", "--run", "--shuffle", "--skip", "--timeout", "--vet", "--blockprofilerate", "--memprofilerate",
      "--mutexprofilefraction", "--exec", "--test.run",
    ]
    optional_flags = ["-buildvcs", "--buildvcs"]
    path_flags = [
      "-modfile", "-overlay", "-pgo", "-pkgdir", "-o", "-outputdir", "-coverprofile", "-cpuprofile", "-memprofile",
      "-blockprofile", "-mutexprofile", "-trace", "--modfile", "--overlay", "--pgo", "--pkgdir", "--o", "--outputdir",
      "--coverprofile", "--cpuprofile", "--memprofile", "--blockprofile", "--mutexprofile", "--trace",
    ]
    chdir_flags = ["-C", "--C"]
    escape_flags = [
      "-toolexec", "-exec", "-overlay", "-modfile", "-gccgoflags", "-compiler", "-pkgdir", "-asmflags", "-gcflags",
      "-ldflags", "--toolexec", "--exec", "--overlay", "--modfile", "--gccgoflags", "--compiler", "--pkgdir", "--asmflags",
      "--gcflags", "--ldflags",
    ]
    safe_values = {
      "-compiler"  = ["gc"]
      "-ldflags"   = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "-gcflags"   = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "-asmflags"  = [""]
      "--compiler" = ["gc"]
      "--ldflags"  = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "--gcflags"  = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "--asmflags" = [""]
    }
    same = [
      ["-a", "--a"], ["-n", "--n"], ["-race", "--race"], ["-msan", "--msan"], ["-asan", "--asan"], ["-cover", "--cover"],
      ["-v", "--v"], ["-work", "--work"], ["-x", "--x"], ["-json", "--json"], ["-linkshared", "--linkshared"],
      ["-modcacherw", "--modcacherw"], ["-trimpath", "--trimpath"], ["-artifacts", "--artifacts"],
      ["-failfast", "--failfast"], ["-fullpath", "--fullpath"], ["-short", "--short"], ["-benchmem", "--benchmem"],
      ["-args", "--args"], ["-c", "--c"], ["-i", "--i"], ["-p", "--p"], ["-covermode", "--covermode"],
      ["-coverpkg", "--coverpkg"], ["-asmflags", "--asmflags"], ["-buildmode", "--buildmode"], ["-compiler", "--compiler"],
      ["-gccgoflags", "--gccgoflags"], ["-gcflags", "--gcflags"], ["-installsuffix", "--installsuffix"],
      ["-ldflags", "--ldflags"], ["-mod", "--mod"], ["-tags", "--tags"], ["-toolexec", "--toolexec"], ["-bench", "--bench"],
      ["-benchtime", "--benchtime"], ["-count", "--count"], ["-cpu", "--cpu"], ["-fuzz", "--fuzz"],
      ["-fuzztime", "--fuzztime"], ["-fuzzminimizetime", "--fuzzminimizetime"], ["-list", "--list"],
      ["-parallel", "--parallel"], ["-run", "--run"], ["-shuffle", "--shuffle"], ["-skip", "--skip"],
      ["-timeout", "--timeout"], ["-vet", "--vet"], ["-blockprofilerate", "--blockprofilerate"],
      ["-memprofilerate", "--memprofilerate"], ["-mutexprofilefraction", "--mutexprofilefraction"], ["-exec", "--exec"],
      ["-test.run", "--test.run"], ["-buildvcs", "--buildvcs"], ["-modfile", "--modfile"], ["-overlay", "--overlay"],
      ["-pgo", "--pgo"], ["-pkgdir", "--pkgdir"], ["-o", "--o"], ["-outputdir", "--outputdir"],
      ["-coverprofile", "--coverprofile"], ["-cpuprofile", "--cpuprofile"], ["-memprofile", "--memprofile"],
      ["-blockprofile", "--blockprofile"], ["-mutexprofile", "--mutexprofile"], ["-trace", "--trace"], ["-C", "--C"],
    ]
    operands = ["any"]
  }
  subcommand "tool" {
    single_dash     = true
    flags           = ["-n", "-modcacherw", "--n", "--modcacherw"]
    path_flags      = ["-modfile", "-overlay", "--modfile", "--overlay"]
    chdir_flags     = ["-C", "--C"]
    escape_flags    = ["-overlay", "-modfile", "--overlay", "--modfile"]
    same            = [["-n", "--n"], ["-modcacherw", "--modcacherw"], ["-modfile", "--modfile"], ["-overlay", "--overlay"], ["-C", "--C"]]
    stop_at_operand = true
    opaque          = true
    operands        = ["text", "any"]
  }
  subcommand "version" {
    single_dash = true
    flags       = ["-m", "-v", "-json", "--m", "--v", "--json"]
    same        = [["-m", "--m"], ["-v", "--v"], ["-json", "--json"]]
    operands    = ["path"]
  }
  subcommand "vet" {
    single_dash = true
    flags = [
      "-a", "-n", "-race", "-msan", "-asan", "-cover", "-v", "-work", "-x", "-json", "-linkshared", "-modcacherw",
      "-trimpath", "-fix", "-diff", "--a", "--n", "--race", "--msan", "--asan", "--cover", "--v", "--work", "--x", "--json",
      "--linkshared", "--modcacherw", "--trimpath", "--fix", "--diff",
    ]
    value_flags = [
      "-p", "-covermode", "-coverpkg", "-asmflags", "-buildmode", "-compiler", "-gccgoflags", "-gcflags", "-installsuffix",
      "-ldflags", "-mod", "-tags", "-toolexec", "-c", "--p", "--covermode", "--coverpkg", "--asmflags", "--buildmode",
      "--compiler", "--gccgoflags", "--gcflags", "--installsuffix", "--ldflags", "--mod", "--tags", "--toolexec", "--c",
    ]
    optional_flags = ["-buildvcs", "--buildvcs"]
    path_flags     = ["-modfile", "-overlay", "-pgo", "-pkgdir", "-vettool", "--modfile", "--overlay", "--pgo", "--pkgdir", "--vettool"]
    chdir_flags    = ["-C", "--C"]
    escape_flags = [
      "-toolexec", "-overlay", "-modfile", "-gccgoflags", "-compiler", "-pkgdir", "-vettool", "-asmflags", "-gcflags",
      "-ldflags", "--toolexec", "--overlay", "--modfile", "--gccgoflags", "--compiler", "--pkgdir", "--vettool", "--asmflags",
      "--gcflags", "--ldflags",
    ]
    safe_values = {
      "-compiler"  = ["gc"]
      "-ldflags"   = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "-gcflags"   = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "-asmflags"  = [""]
      "--compiler" = ["gc"]
      "--ldflags"  = ["-s", "-w", "-s -w", "-w -s", "", "-X=*"]
      "--gcflags"  = ["", "-m", "-N -l", "all=-N -l", "-l", "-m=2"]
      "--asmflags" = [""]
    }
    same = [
      ["-a", "--a"], ["-n", "--n"], ["-race", "--race"], ["-msan", "--msan"], ["-asan", "--asan"], ["-cover", "--cover"],
      ["-v", "--v"], ["-work", "--work"], ["-x", "--x"], ["-json", "--json"], ["-linkshared", "--linkshared"],
      ["-modcacherw", "--modcacherw"], ["-trimpath", "--trimpath"], ["-fix", "--fix"], ["-diff", "--diff"], ["-p", "--p"],
      ["-covermode", "--covermode"], ["-coverpkg", "--coverpkg"], ["-asmflags", "--asmflags"], ["-buildmode", "--buildmode"],
      ["-compiler", "--compiler"], ["-gccgoflags", "--gccgoflags"], ["-gcflags", "--gcflags"],
      ["-installsuffix", "--installsuffix"], ["-ldflags", "--ldflags"], ["-mod", "--mod"], ["-tags", "--tags"],
      ["-toolexec", "--toolexec"], ["-c", "--c"], ["-buildvcs", "--buildvcs"], ["-modfile", "--modfile"],
      ["-overlay", "--overlay"], ["-pgo", "--pgo"], ["-pkgdir", "--pkgdir"], ["-vettool", "--vettool"], ["-C", "--C"],
    ]
    operands = ["any"]
  }
  subcommand "work" {
    closed = true
    subcommand "edit" {
      single_dash = true
      flags       = ["-fmt", "-json", "-print", "--fmt", "--json", "--print"]
      value_flags = [
        "-go", "-toolchain", "-use", "-dropuse", "-replace", "-dropreplace", "-godebug", "-dropgodebug", "--go",
        "--toolchain", "--use", "--dropuse", "--replace", "--dropreplace", "--godebug", "--dropgodebug",
      ]
      chdir_flags = ["-C", "--C"]
      same = [
        ["-fmt", "--fmt"], ["-json", "--json"], ["-print", "--print"], ["-go", "--go"], ["-toolchain", "--toolchain"],
        ["-use", "--use"], ["-dropuse", "--dropuse"], ["-replace", "--replace"], ["-dropreplace", "--dropreplace"],
        ["-godebug", "--godebug"], ["-dropgodebug", "--dropgodebug"], ["-C", "--C"],
      ]
      operands = ["path"]
    }
    subcommand "init" {
      single_dash = true
      chdir_flags = ["-C", "--C"]
      same        = [["-C", "--C"]]
      operands    = ["path"]
    }
    subcommand "sync" {
      single_dash = true
      chdir_flags = ["-C", "--C"]
      same        = [["-C", "--C"]]
      operands    = ["path"]
    }
    subcommand "use" {
      single_dash = true
      flags       = ["-r", "--r"]
      chdir_flags = ["-C", "--C"]
      same        = [["-r", "--r"], ["-C", "--C"]]
      operands    = ["path"]
    }
    subcommand "vendor" {
      single_dash = true
      flags       = ["-e", "-v", "--e", "--v"]
      value_flags = ["-o", "--o"]
      chdir_flags = ["-C", "--C"]
      same        = [["-e", "--e"], ["-v", "--v"], ["-o", "--o"], ["-C", "--C"]]
      operands    = ["path"]
    }
  }
}
