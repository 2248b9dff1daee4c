package policy

import "strings"

// Some variables make an otherwise harmless command run another program, or other code. A command that sets one for its
// inner command is opaque. The sources are the tools' own manuals: git(1), ld.so(8), bash(1), node(1), python(1), …

// riskyNames are matched whole, riskyPrefixes at the front.
var (
	riskyNames = map[string]bool{
		"PATH": true, "IFS": true, "ENV": true, "BASH_ENV": true, "SHELLOPTS": true, "BASHOPTS": true, "PS4": true, "PROMPT_COMMAND": true,
		"BASH_LOADABLES_PATH": true, "ZDOTDIR": true, "SHELL": true, "HOME": true,
		"EDITOR": true, "VISUAL": true, "PAGER": true, "MANPAGER": true, "BROWSER": true, "LESSOPEN": true, "LESSCLOSE": true, "LESS": true,
		"GIT_SSH": true, "GIT_SSH_COMMAND": true, "GIT_EDITOR": true, "GIT_SEQUENCE_EDITOR": true, "GIT_PAGER": true, "GIT_EXTERNAL_DIFF": true,
		"GIT_ASKPASS": true, "GIT_PROXY_COMMAND": true, "GIT_EXEC_PATH": true, "GIT_TEMPLATE_DIR": true, "GIT_DIR": true, "GIT_COMMON_DIR": true,
		"GIT_WORK_TREE": true, "SSH_ASKPASS": true, "SUDO_ASKPASS": true, "RSYNC_RSH": true, "CVS_RSH": true, "TAR_OPTIONS": true,
		"NODE_OPTIONS": true, "NODE_PATH": true, "PYTHONPATH": true, "PYTHONSTARTUP": true, "PYTHONHOME": true, "PYTHONBREAKPOINT": true,
		"PYTHONINSPECT": true, "PYTHONWARNINGS": true, "PERL5OPT": true, "PERL5LIB": true, "PERL5DB": true, "PERLLIB": true, "RUBYOPT": true, "RUBYLIB": true,
		"JAVA_TOOL_OPTIONS": true, "_JAVA_OPTIONS": true, "JDK_JAVA_OPTIONS": true, "CLASSPATH": true, "MAVEN_OPTS": true, "GRADLE_OPTS": true,
		"RUSTC": true, "RUSTC_WRAPPER": true, "RUSTC_WORKSPACE_WRAPPER": true, "RUSTFLAGS": true, "CARGO_HOME": true,
		"MAKEFLAGS": true, "MFLAGS": true, "GNUMAKEFLAGS": true, "GOFLAGS": true, "GOROOT": true, "GOTOOLDIR": true, "CC": true, "CXX": true, "LD": true,
		"AWKPATH": true, "AWKLIBPATH": true, "GCONV_PATH": true, "LOCPATH": true, "DOCKER_HOST": true, "DOCKER_CONFIG": true, "KUBECONFIG": true,
		"WGETRC": true, "CURL_HOME": true, "OPENSSL_CONF": true, "OPENSSL_MODULES": true, "GTK_MODULES": true, "QT_PLUGIN_PATH": true,
	}
	riskyPrefixes = []string{"LD_", "GIT_CONFIG", "GIT_TRACE", "npm_config_", "NPM_CONFIG_", "BASH_FUNC_", "CARGO_TARGET_", "CARGO_BUILD_", "PIP_"}
	// harmless are values of risky variables that agents set all day to keep a tool from asking.
	harmless = map[string]bool{"": true, "cat": true, "true": true, ":": true, "/bin/true": true, "/bin/cat": true, "less": true}
	// harmlessFor are the variables that these values are harmless for: those that name a program.
	harmlessFor = []string{"PAGER", "EDITOR", "ASKPASS", "VISUAL", "BROWSER"}
)

// riskyEnv reports whether setting NAME=value for a command can make it run something else.
func riskyEnv(assignment string) bool {
	name, value, _ := strings.Cut(assignment, "=")
	risky := riskyNames[name]
	for _, p := range riskyPrefixes {
		risky = risky || strings.HasPrefix(name, p)
	}
	if !risky {
		return false
	}
	for _, suffix := range harmlessFor {
		if strings.HasSuffix(name, suffix) && harmless[value] {
			return false
		}
	}
	return true
}
