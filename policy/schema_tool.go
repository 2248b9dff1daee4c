package policy

// grammarAttrs say how a tool, or one of its subcommands, reads its arguments.
var grammarAttrs = []attr{
	{name: "flags", kind: kindTexts, doc: "Options without a value. Naming them keeps the next word from being taken for anything else, and lets long ones be abbreviated."},
	{name: "value_flags", kind: kindTexts, doc: "Options with a value, attached or as the next word."},
	{name: "optional_flags", kind: kindTexts, doc: "Options whose value, if any, is attached: --color=auto."},
	{name: "path_flags", kind: kindTexts, doc: "Options whose value is a path."},
	{name: "at_flags", kind: kindTexts, doc: "Options whose value may name a file behind @ or <, as curl's -d @file; without = or @ all of it is a path, as curl's -b."},
	{name: "guess_flags", kind: kindTexts, doc: "Options whose value may name paths somewhere within: curl -F file=@PATH, docker -v PATH:/data, --mount src=PATH."},
	{name: "chdir_flags", kind: kindTexts, doc: "Options whose value is the directory that the tool changes to first."},
	{name: "escape_flags", kind: kindTexts, doc: "Options that can make the tool run another program: they make the command opaque. Those that also take a value stand in value_flags too."},
	{name: "escape_operands", kind: kindTexts, doc: "Operands, as word globs, that can make the tool run another program: SHELL=* of make."},
	{name: "safe_values", kind: kindTextMap, doc: `Values of an escape flag that do no harm, as word globs: { "-c" = ["user.*"] }.`},
	{name: "operand_flags", kind: kindTexts, doc: "Options whose value stands in for the first operand, as grep's -e; or, where they stand in path_flags too, the file that it names."},
	{name: "escape_values", kind: kindTextMap, doc: `Values with which an option can run something else, as word globs: { "-m" = ["timeit"] } of python.`},
	{name: "tool_values", kind: kindTextMap, doc: `Values that are tools of that name, whose words follow: { "-m" = ["pip"] } of python.`},
	{name: "last_flags", kind: kindTexts, doc: "Options with a value that end the options: what follows is for the program, as with python's -c and -m."},
	{name: "shell_flags", kind: kindTexts, doc: "Options whose value is shell text; its commands are judged too."},
	{name: "exec_flags", kind: kindTexts, doc: "Options followed by a command that ends with ; or +, as find's -exec."},
	{name: "script_flag", kind: kindText, doc: "The option that makes the first operand shell text, as sh's -c."},
	{name: "info_flags", kind: kindTexts, doc: "Options with which the tool only tells about itself: --version."},
	{name: "same", kind: kindTextLists, doc: "Options that mean the same: [[\"-r\", \"-R\", \"--recursive\"]]."},
	{name: "implies", kind: kindTextMap, doc: `Operands that mean the same as an option: { "--force" = ["+*"] } of git push.`},
	{name: "abbreviate", kind: kindBool, doc: "Long options may be cut short as long as they are told apart, as GNU tools do."},
	{name: "single_dash", kind: kindBool, doc: "-name is one option, not several letters."},
	{name: "bundled_first", kind: kindBool, doc: "The first word may be options without a dash, as tar's xzf."},
	{name: "stop_at_operand", kind: kindBool, doc: "Options end at the first operand."},
	{name: "flags_anywhere", kind: kindBool, doc: "The tool's own options may also stand behind a subcommand."},
	{name: "operands", kind: kindTexts, doc: "What the operands are, in order; the last stands for all further ones: any (the default: guess), path, text, " +
		"remote (HOST:PATH or a path), assign (NAME=value, any number), command (a command's words from here on), shell (shell text from here on), " +
		"script (a file of commands), program (a file of code), awk or sed (a program text)."},
	{name: "carrier", kind: kindBool, doc: "The tool runs nothing but the inner command, as the same user in the same place; without a rule of its own it takes that one's verdict."},
	{name: "in_process", kind: kindBool, doc: "The tool runs the inner command by itself, without an exec of its own: a guard session sees it nowhere else."},
	{name: "appends", kind: kindBool, doc: "Words read from standard input follow the inner command, as with xargs; with the option -I, or -i, input replaces words instead."},
	{name: "stdin", kind: kindBool, doc: "Without operands the tool runs what it reads from standard input."},
	{name: "opaque", kind: kindBool, doc: "The tool runs what its arguments don't tell."},
	{name: "closed", kind: kindBool, doc: "A subcommand that isn't named here may be an alias or a plugin and is opaque."},
	{name: "stands_for", kind: kindText, doc: "The path of the subcommand that this one is another spelling of: docker container rm is docker rm. It is read, and told of, as that one."},
	{name: "levels", kind: kindNumber, doc: "How many words that aren't named here are taken for subcommands; one where any is named. aws has two, its services and their operations."},
	{name: "also", kind: kindTexts, doc: "Further names of the same; those of tools may be globs."},
}

var subcommandSchema = &block{
	name: "subcommand", label: "name", many: true, attrs: grammarAttrs,
	doc: "How one subcommand reads its arguments.",
}

func init() { subcommandSchema.blocks = []*block{subcommandSchema} } // git remote add

var toolSchema = &block{
	name: "tool", label: "name", many: true,
	doc: "The argv grammar of a tool. For a tool that Clawrden knows it adds to what is known.",
	attrs: append([]attr{
		{name: "exec", kind: kindTexts, doc: "The only paths that the tool's name may resolve to, as path globs."},
		{name: "sha256", kind: kindTexts, doc: "The only contents that the tool's file may have, as hex SHA-256."},
	}, grammarAttrs...),
	blocks: []*block{subcommandSchema},
}
