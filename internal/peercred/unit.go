package peercred

import "strings"

// unitOf reads the system unit from a cgroup path, from the root downwards: slices are passed through, the first service
// or scope is the unit. What lies below it belongs to that unit's own processes, which may name it as they like (a user
// manager's "agent@9.service", a delegated "docker-….scope"), so it isn't looked at.
//
// A container is named only where the name itself lies above any delegation: a scope of the system manager
// (docker-ID.scope, cri-containerd-ID.scope, libpod-ID.scope), or a top-level directory of an engine without systemd
// (/docker/ID).
func unitOf(cgroup string) (unit, container string) {
	parts := strings.Split(strings.TrimPrefix(cgroup, "/"), "/")
	for i, p := range parts {
		switch {
		case strings.HasSuffix(p, ".slice"):
			continue
		case strings.HasSuffix(p, ".service"):
			return p, ""
		case strings.HasSuffix(p, ".scope"):
			return p, containerID(strings.TrimSuffix(p, ".scope"))
		case i == 0 && len(parts) > 1 && (p == "docker" || p == "libpod_parent" || p == "kubepods"):
			return "", containerID(parts[1])
		default:
			return "", ""
		}
	}
	return "", ""
}

// containerID is the 64 hex digits at the end of an engine's name for a scope; "" if it has none.
func containerID(name string) string {
	if i := strings.LastIndexByte(name, '-'); i >= 0 {
		name = name[i+1:]
	}
	if len(name) != 64 || strings.Trim(name, "0123456789abcdef") != "" {
		return ""
	}
	return name
}
