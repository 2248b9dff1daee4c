package shim

import "syscall"

// agentsFile holds the number of the agents' group. It is there where tools have been diverted on this very host, since no
// container is given its directory.
const agentsFile = "/var/lib/clawrden/diverted/agents"

// registeredFile tells by what the registered agents are known, a line each: "uid N", "gid N" or "unit NAME". The daemon keeps
// it; without it there are none.
const registeredFile = "/var/lib/clawrden/diverted/registered"

// agents is by what the kernel's word about a process tells an agent's.
type agents struct {
	uids, gids []int
	units      []string // and slices
}

const (
	maxStatus    = 64 << 10 // bytes of /proc/PID/status; a process with more groups than fit isn't taken for a bystander
	maxAgents    = 64 << 10 // bytes of the two files
	maxAncestors = 128
)

// bystander tells whether this process is none of an agent's, by the kernel's word alone: users, services and scripts of
// the host meet the shim in a tool's own place too, and aren't governed. No bystander is
//
//   - who has the agents' group, or the user or group of a registered one, or descends from a process that has (an agent's
//     own sudo), as far as /proc shows;
//   - who stands in the agents' or the jobs' slice, or in a registered agent's unit;
//   - who stands in a user namespace, where the numbers of groups say nothing;
//   - anybody where the host has no diverted tools: a container, that is.
//
// Of a process that hides its ancestors by leaving them nothing can be told. An agent that goes so far can as well run the
// tool by its other name: in place is cooperative.
func bystander() bool {
	known, ok := knownAgents()
	if !ok || !wholeHost("/proc/self/gid_map") || !wholeHost("/proc/self/uid_map") || known.holdUnit(read("/proc/self/cgroup", make([]byte, 8192))) {
		return false
	}
	buf := make([]byte, maxStatus)
	const tries = 8 // an ancestor that ends meanwhile leaves its children to another
	for range tries {
		agent, sure := known.descends(buf)
		if sure {
			return !agent
		}
	}
	return syscall.Geteuid() != 0 // /proc may be closed to ordinary users (hidepid)
}

// knownAgents reads the two files.
func knownAgents() (a agents, ok bool) {
	text, there, ok := readRoots(agentsFile)
	if !ok || !there || len(text) < 2 || text[len(text)-1] != '\n' {
		return a, false
	}
	gid, ok := number(text[:len(text)-1])
	if !ok {
		return a, false
	}
	if text, _, ok = readRoots(registeredFile); !ok || !a.parse(text) {
		return a, false
	}
	a.gids = append(a.gids, gid)
	a.units = append(a.units, "clawrden-agents.slice", "clawrden-jobs.slice")
	return a, true
}

// parse reads the lines about registered agents.
func (a *agents) parse(text string) bool {
	for len(text) > 0 {
		key, rest := word(text)
		value, rest := word(rest)
		if len(rest) == 0 || rest[0] != '\n' || value == "" {
			return false
		}
		text = rest[1:]
		n, isNumber := number(value)
		switch {
		case key == "uid" && isNumber:
			a.uids = append(a.uids, n)
		case key == "gid" && isNumber:
			a.gids = append(a.gids, n)
		case key == "unit":
			a.units = append(a.units, value)
		default:
			return false
		}
	}
	return true
}

// readRoots reads a file that only root can have written; one that isn't there is empty.
func readRoots(path string) (text string, there, ok bool) {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err == syscall.ENOENT {
		return "", false, true
	}
	if err != nil {
		return "", false, false
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if syscall.Fstat(fd, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG || st.Uid != 0 || st.Mode&0o022 != 0 || st.Size >= maxAgents {
		return "", false, false
	}
	text = readAll(fd, make([]byte, maxAgents))
	return text, true, int64(len(text)) == st.Size
}

// wholeHost reads a map of /proc/self: of the host's own user namespace, or of one that is as wide.
func wholeHost(path string) bool {
	b := make([]byte, 64)
	text := read(path, b)
	first, rest := word(text)
	second, rest := word(rest)
	third, rest := word(rest)
	return first == "0" && second == "0" && third == "4294967295" && rest == "\n"
}

// holdUnit looks for units and slices in the path of a cgroup.
func (a *agents) holdUnit(text string) bool {
	for _, unit := range a.units {
		name := "/" + unit
		for i := 0; i+len(name) < len(text); i++ {
			if end := text[i+len(name)]; text[i:i+len(name)] == name && (end == '/' || end == '\n') {
				return true
			}
		}
	}
	return false
}

// descends walks from this process towards PID 1 and looks for an agent's. It isn't sure where one of them can't be read.
func (a *agents) descends(buf []byte) (yes, sure bool) {
	pid := syscall.Getpid()
	for range maxAncestors {
		if pid <= 0 {
			return false, true
		}
		text := read("/proc/"+digits(pid)+"/status", buf)
		parent, has, ok := a.parseStatus(text)
		switch {
		case !ok:
			return false, false
		case has:
			return true, true
		}
		pid = parent
	}
	return true, true
}

// parseStatus reads the parent and whether the process is an agent's, from /proc/PID/status. The name in its first line has
// its line ends escaped by the kernel. ok is false where a line is missing, or the text was cut.
func (a *agents) parseStatus(text string) (parent int, has, ok bool) {
	found := 0
	for len(text) > 0 {
		end := 0
		for end < len(text) && text[end] != '\n' {
			end++
		}
		if end == len(text) {
			return 0, false, false
		}
		line := text[:end]
		text = text[end+1:]
		key, rest := word(line)
		switch key {
		case "PPid:":
			w, _ := word(rest)
			if parent, ok = number(w); !ok {
				return 0, false, false
			}
			found++
		case "Uid:", "Gid:", "Groups:":
			ids := a.gids
			if key == "Uid:" {
				ids = a.uids
			}
			for w, more := word(rest); w != ""; w, more = word(more) {
				n, ok := number(w)
				if !ok {
					return 0, false, false
				}
				for _, id := range ids {
					has = has || n == id && (n != 0 || key != "Uid:") // root itself is never an agent by its number
				}
			}
			found++
		}
	}
	return parent, has, found == 4
}

// word cuts off the first word.
func word(s string) (first, rest string) {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	j := i
	for j < len(s) && s[j] != ' ' && s[j] != '\t' && s[j] != '\n' {
		j++
	}
	return s[i:j], s[j:]
}

func number(s string) (n int, ok bool) {
	if s == "" || len(s) > 10 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// read gives as much of a file as fits; "" if it can't be read, or doesn't fit.
func read(path string, b []byte) string {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer syscall.Close(fd)
	return readAll(fd, b)
}

func readAll(fd int, b []byte) string {
	total := 0
	for total < len(b) {
		n, err := syscall.Read(fd, b[total:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			if err != nil {
				return ""
			}
			return string(b[:total])
		}
		total += n
	}
	return ""
}
