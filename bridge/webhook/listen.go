package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/clawrden/clawrden/bridge"
)

const (
	maxDecision = 8 << 10 // bytes of a decision: a token and a comment
	slowest     = 10 * time.Second
)

// Run takes decisions, where the settings have an address for them.
func (s *Service) Run(ctx context.Context, desk bridge.Desk) error {
	desk.Healthy(nil) // nothing stays connected
	if s.o.Listen == "" {
		<-ctx.Done()
		return nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.o.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen for decisions: %v", err)
	}
	return s.serve(ctx, l, desk)
}

func (s *Service) serve(ctx context.Context, l net.Listener, desk bridge.Desk) error {
	server := &http.Server{
		Handler: decisions(desk), ReadTimeout: slowest, WriteTimeout: 4 * slowest, IdleTimeout: slowest, MaxHeaderBytes: 16 << 10,
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("cannot take decisions: %v", err)
	}
	return nil
}

// decisions: POST /decide {"token", "comment"} → {"status": "ok" or "refused", "message"}. Opening a link decides nothing: mail
// scanners and previews open them.
func decisions(desk bridge.Desk) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /decide", func(w http.ResponseWriter, r *http.Request) {
		var d struct {
			Token   string `json:"token"`
			Comment string `json:"comment"`
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDecision))
		if err == nil {
			err = json.Unmarshal(body, &d)
		}
		if err != nil {
			answer(w, http.StatusBadRequest, "a decision is JSON: {\"token\": \"…\", \"comment\": \"…\"}")
			return
		}
		reply := desk.Token(r.Context(), d.Token, d.Comment)
		if !reply.OK {
			answer(w, http.StatusForbidden, reply.Text)
			return
		}
		answer(w, http.StatusOK, reply.Text)
	})
	return mux
}

func answer(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	word := "refused"
	if status == http.StatusOK {
		word = "ok"
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": word, "message": message})
}
