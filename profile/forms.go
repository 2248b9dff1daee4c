package profile

import "encoding/json"

// Property is one property of a transient unit. Its value has the Go type that marshals to the property's D-Bus type: bool,
// int32, uint64, []string, or Names for (bas).
type Property struct {
	Name  string
	Value any
}

// Names is the value of systemd's lists that either allow or forbid what they name.
type Names struct {
	Allow bool     `json:"allow"`
	List  []string `json:"names"`
}

// Unit is a profile as the properties of a transient unit: a wall around the launcher.
type Unit struct {
	Properties []Property
	Mounts     bool  // the unit gets a mount namespace: a directory's descriptor from outside leads past its mounts, so open it anew inside
	Holds      Outer // what the properties hold, so that the plan needn't: Target.Holds
	Inside     []Gap // what isn't held by them, but by the launcher's plan or the executor
}

// Container is a profile as the settings of a container: a wall around the launcher.
type Container struct {
	Seccomp         json.RawMessage `json:"seccomp"` // OCI seccomp JSON, as Docker takes it in its security option "seccomp="
	NoNewPrivileges bool            `json:"no_new_privileges"`
	DropAll         bool            `json:"drop_all_capabilities"`
	ReadOnlyRoot    bool            `json:"read_only_root"`
	ReadOnlyCwd     bool            `json:"read_only_cwd"`         // the bind mount of the working directory
	Network         string          `json:"network,omitempty"`     // "none": a namespace with loopback only; "": the executor's own choice
	Masked          []string        `json:"masked,omitempty"`      // absolute paths, beside those that the engine masks by itself
	Memory          int64           `json:"memory,omitempty"`      // bytes; swap isn't to be had beside it
	NanoCPUs        int64           `json:"nano_cpus,omitempty"`   // billionths of a processor
	Pids            int64           `json:"pids_limit,omitempty"`  // processes and threads
	OpenFiles       int64           `json:"open_files,omitempty"`  // RLIMIT_NOFILE
	Holds           Outer           `json:"-"`                     // what these settings hold: Target.Holds
	Inside          []Gap           `json:"only_inside,omitempty"` // as in Unit
}
