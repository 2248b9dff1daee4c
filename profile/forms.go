package profile

// Property is one property of a transient unit. Its value has the Go type that marshals to the property's D-Bus type: bool,
// string, uint64, []string, or SyscallFilter for (bas).
type Property struct {
	Name  string
	Value any
}

// SyscallFilter is the value of systemd's list properties that either allow or forbid what they name: type (bas).
type SyscallFilter struct {
	Allow bool
	Names []string
}

// Unit is a profile as the properties of a transient unit: a wall around the launcher.
type Unit struct {
	Properties []Property
	Holds      Outer // what the properties hold, so that the plan needn't: Target.Holds
	Gaps       []Gap // what only the launcher's plan holds
}

// Container is a profile as the settings of a container: a wall around the launcher.
type Container struct {
	Seccomp         []byte // OCI seccomp JSON, as Docker takes it in its security option "seccomp="
	NoNewPrivileges bool
	ReadOnlyRoot    bool
	DropAll         bool    // drop all capabilities
	Network         string  // "none" for an own namespace with loopback only; "" for the executor's own choice
	Mounts          []Mount // of the host's tree, beside those of the executor's block
	Masked          []string
	Memory          int64 // bytes, swap included; 0: no limit
	NanoCPUs        int64 // billionths of a processor; 0: no limit
	Pids            int64 // 0: no limit
	OpenFiles       int64 // 0: no limit
	Holds           Outer // what these settings hold: Target.Holds
	Gaps            []Gap // what only the launcher's plan holds
}

// Mount makes the working directory visible in a container, or leaves it out: other paths of a profile are those of the image.
type Mount struct {
	Base     Base
	ReadOnly bool
}
