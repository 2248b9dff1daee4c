package httpapi

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/clawrden/clawrden"
)

// recordingQuery is what may be said of how a recording is wanted.
var recordingQuery = map[string]string{
	"as":   "asciicast-v2 or asciicast-v3 instead of the form in which it is kept",
	"most": "bytes of it at most, in whole lines, in the form in which it is kept",
}

// recording: GET /api/history/{id}/recording → the recording as it was written, a line of JSON for each piece; see package
// audit/recordings. Its digest is in the entry. With as it is written for asciinema.
func (s *Server) recording(w http.ResponseWriter, r *http.Request, by clawrden.Caller) error {
	id, err := s.seen(r, by)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	version, most := 0, int64(0)
	switch as := q.Get("as"); {
	case as == "asciicast-v2" && s.asciicast != nil:
		version = 2
	case as == "asciicast-v3" && s.asciicast != nil:
		version = 3
	case as != "":
		return fmt.Errorf("%w: as is asciicast-v2 or asciicast-v3", clawrden.ErrBadRequest)
	}
	if v := q.Get("most"); v != "" {
		if most, err = strconv.ParseInt(v, 10, 64); err != nil || most < 1 || version != 0 {
			return fmt.Errorf("%w: most is a number of bytes from 1, for the form in which recordings are kept", clawrden.ErrBadRequest)
		}
	}
	f, err := s.control.Recording(id)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if version != 0 {
		return s.cast(w, r, id, f, version)
	}
	if most > 0 {
		return firstLines(w, f, most)
	}
	w.Header().Set("Content-Type", "application/jsonl")
	w.Header().Set("Content-Disposition", "attachment; filename="+strconv.Quote(id+".jsonl"))
	_, _ = io.Copy(w, f) // a reader that goes away is no fault
	return nil
}

// cast writes a recording for asciinema. What is damaged in the middle ends it there: it has begun already.
func (s *Server) cast(w http.ResponseWriter, r *http.Request, id string, f io.Reader, version int) error {
	w.Header().Set("Content-Type", "application/x-asciicast")
	w.Header().Set("Content-Disposition", "attachment; filename="+strconv.Quote(id+".cast"))
	if err := s.asciicast(w, f, version); err != nil {
		s.log.WarnContext(r.Context(), "a recording could not be written whole", slog.String("id", id), slog.Any("error", err))
	}
	return nil
}

// firstLines writes the first bytes of a recording, to the end of a line.
func firstLines(w http.ResponseWriter, f io.Reader, most int64) error {
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return fmt.Errorf("cannot read the recording: %w", err)
	}
	if int64(len(b)) > most {
		b = b[:bytes.LastIndexByte(b, '\n')+1]
	}
	w.Header().Set("Content-Type", "application/jsonl")
	_, _ = w.Write(b)
	return nil
}
