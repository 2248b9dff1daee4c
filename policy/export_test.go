package policy

// BuiltinProfile gives the text that a built-in profile is written in; false if there is none of that name.
func BuiltinProfile(name string) (string, bool) {
	data, err := profileFiles.ReadFile("profiles/" + name + ".hcl")
	return string(data), err == nil
}
