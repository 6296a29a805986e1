package local

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/assay-dev/assay/backends/disk"
	"github.com/assay-dev/assay/backends/hosted"
	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/backends/servers"
)

// An embeddedPlan is what the parameters of local:bolt and local:file ask for.
type embeddedPlan struct {
	scheme string
	store  url.Values // what the store itself understands
	onDisk bool
}

// parseEmbedded reads the parameters of an embedded store: whether it syncs, and where it
// is, and those that its scheme has besides.
func parseEmbedded(scheme string, query *params.Query, more ...string) (*embeddedPlan, error) {
	p := &embeddedPlan{scheme: scheme, store: url.Values{}}
	for _, name := range append([]string{"sync"}, more...) {
		if !query.Bool(name, true) {
			p.store.Set(name, strconv.FormatBool(false))
		}
	}
	onDisk, problem := parseDisk(query)
	p.onDisk = onDisk
	if err := cmp.Or(query.Err(), problem); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *embeddedPlan) start(ctx context.Context, s *Server) error {
	directory, err := servers.MakeDirectory(os.TempDir(), "assay-"+p.scheme+"-", nil)
	if err != nil {
		return err
	}
	e := &embedded{directory: directory, socket: filepath.Join(directory.Path, "socket")}
	node := s.add(p.scheme, e, e.close)
	place := filepath.Join(directory.Path, "data")
	if err := os.Mkdir(place, 0o700); err != nil {
		return err
	}
	if p.onDisk {
		if e.disk, err = onDisk(place); err != nil {
			return err
		}
		node.Disk = e.disk
	}
	if err := e.launch(ctx, p.storeURL(place)); err != nil {
		return err
	}
	s.URL = e.url()
	return nil
}

// storeURL is the URL of the store in the process that has it.
func (p *embeddedPlan) storeURL(place string) string {
	u := url.URL{Scheme: p.scheme, Path: place, RawQuery: p.store.Encode()}
	if p.scheme == "bolt" {
		u.Path = filepath.Join(place, "store.bolt")
	}
	return u.String()
}

// embedded is an embedded store in a process of its own, a child of this program that
// runs the same program.
type embedded struct {
	servers.Instance
	socket    string
	directory *servers.Directory
	disk      *disk.Disk // nil unless the store is on one
}

// errNested: this process was started to host a store, and does not know how to.
var errNested = errors.New("this program hosts no stores: its main function has to call hosted.Main")

// launch starts the process for the first time.
func (e *embedded) launch(ctx context.Context, storeURL string) error {
	if hosted.IsChild() {
		return errNested // and would start itself again and again
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	args, env := hosted.Command(storeURL, e.socket)
	e.Instance, err = servers.StartProcess(ctx, servers.Command{Path: program, Args: args, Env: env, Dir: e.directory.Path})
	if err != nil {
		return err
	}
	return e.WaitReady(ctx)
}

// Probe asks the process whether it is there.
func (e *embedded) Probe(ctx context.Context) error { return hosted.Ping(ctx, e.url()) }

func (e *embedded) url() string { return (&url.URL{Scheme: "hosted", Path: e.socket}).String() }

// WaitReady probes the process until it answers.
func (e *embedded) WaitReady(ctx context.Context) error {
	return servers.WaitReady(ctx, e, e.Probe)
}

// close ends the process and removes the store.
func (e *embedded) close(ctx context.Context) error {
	var err error
	if e.Instance != nil {
		err = e.Stop(ctx)
	}
	if e.disk != nil {
		err = errors.Join(err, e.disk.Close())
	}
	return errors.Join(err, e.directory.Remove())
}
