package dockerx

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"
)

// Image is what the engine says of an image that it has.
type Image struct {
	ID      string   // sha256:…, of its configuration
	Digests []string // NAME@sha256:…, as registries know it; none for an image that was built here
	Env     []string // NAME=value that containers start with
	User    string
	WorkDir string
}

// Image asks for an image by its id, name or digest.
func (e *Engine) Image(ctx context.Context, name string) (*Image, error) {
	var got image.InspectResponse
	err := e.ask(ctx, e.timeout, func(ctx context.Context) (err error) {
		got, err = e.cli.ImageInspect(ctx, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	i := &Image{ID: got.ID, Digests: got.RepoDigests}
	if got.Config != nil {
		i.Env, i.User, i.WorkDir = got.Config.Env, got.Config.User, got.Config.WorkingDir
	}
	return i, nil
}

// Ref names the image, as it was asked for, with the digest that says which one it is.
func (i *Image) Ref(name string) string { return i.named(name) }

// named writes an image's name with its digest: the registry's of that name, else that of its configuration.
func (i *Image) named(name string) string {
	if strings.Contains(name, "@") || name == i.ID || strings.HasPrefix(name, "sha256:") {
		return name
	}
	if want, err := reference.ParseNormalizedNamed(name); err == nil {
		for _, d := range i.Digests {
			has, err := reference.ParseNormalizedNamed(d)
			if digested, ok := has.(reference.Canonical); err == nil && ok && has.Name() == want.Name() {
				return name + "@" + digested.Digest().String()
			}
		}
	}
	return name + "@" + i.ID
}

// ParseImage tells what is wrong with an image's name, and whether it names one image for ever: by a digest.
func ParseImage(name string) (pinned bool, err error) {
	if strings.HasPrefix(name, "sha256:") {
		return true, nil
	}
	ref, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return false, fmt.Errorf("%q is not an image: %v", name, err)
	}
	_, pinned = ref.(reference.Digested)
	return pinned, nil
}

// Pull fetches an image, without credentials.
func (e *Engine) Pull(ctx context.Context, name string, limit time.Duration) error {
	return e.ask(ctx, limit, func(ctx context.Context) error {
		progress, err := e.cli.ImagePull(ctx, name, image.PullOptions{})
		if err != nil {
			return err
		}
		defer func() { _ = progress.Close() }()
		return pulled(progress)
	})
}

// pulled reads the engine's report of a pull to its end, and finds an error in it.
func pulled(report io.Reader) error {
	const most = 16 << 20 // of progress: more is no report
	tail := make([]byte, 0, 4096)
	buf := make([]byte, 2048)
	for n := 0; n < most; {
		k, err := report.Read(buf)
		n += k
		tail = append(tail, buf[:k]...)
		if len(tail) > 4096 {
			tail = append(tail[:0], tail[len(tail)-4096:]...)
		}
		if err == io.EOF {
			if _, what, failed := strings.Cut(string(tail), `"error":"`); failed {
				what, _, _ = strings.Cut(what, `"`)
				return fmt.Errorf("cannot fetch the image: %s", what)
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("cannot fetch the image: the engine's report has no end")
}
