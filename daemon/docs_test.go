package daemon

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/protocol"
	"github.com/clawrden/clawrden/protocol/plain"
)

// TestProtocolDocs compares the numbers in docs/protocol.md with the constants.
func TestProtocolDocs(t *testing.T) {
	b, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	limits := Limits{}.withDefaults()
	for name, value := range map[string]int{
		"MaxWords": protocol.MaxWords, "MaxWord": protocol.MaxWord, "MaxTool": protocol.MaxTool, "MaxRequest": protocol.MaxRequest,
		"MaxDescriptors": protocol.MaxDescriptors, "MaxText": protocol.MaxText, "MaxReply": protocol.MaxReply, "MaxLine": plain.MaxLine,
		"LargePerAgent": limits.LargePerAgent, "ResolversPerAgent": limits.ResolversPerAgent,
	} {
		if row := fmt.Sprintf("| `%s` | %d |", name, value); !strings.Contains(doc, row) {
			t.Errorf("docs/protocol.md lacks %q", row)
		}
	}
	for name, typ := range map[string]protocol.Type{
		"Request": protocol.TypeRequest, "Wait": protocol.TypeWait, "Exec": protocol.TypeExec, "Refuse": protocol.TypeRefuse,
		"Started": protocol.TypeStarted, "Exited": protocol.TypeExited, "Answer": protocol.TypeAnswer, "Finished": protocol.TypeFinished,
		"Failed": protocol.TypeFailed, "Signal": protocol.TypeSignal, "Version": protocol.TypeVersion,
	} {
		if row := fmt.Sprintf("| %d | %s |", typ, name); !strings.Contains(doc, row) {
			t.Errorf("docs/protocol.md lacks %q", row)
		}
	}
	for _, text := range []string{
		fmt.Sprintf("speaks version %d and those before, down to %d.", protocol.Version, protocol.MinVersion),
		fmt.Sprintf("hasn't come back %d s after the daemon's start", int(defaultGrace.Seconds())),
		fmt.Sprintf("%d means denied, %d expired, %d that\nClawrden failed, %d that there is no such tool", protocol.ExitDenied, protocol.ExitExpired, protocol.ExitFailed, protocol.ExitNoTool),
		fmt.Sprintf("requests of more than %d KiB", maxSmall>>10),
	} {
		if !strings.Contains(doc, text) {
			t.Errorf("docs/protocol.md lacks %q", text)
		}
	}
}
