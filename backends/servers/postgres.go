package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// The superuser and the database of every Postgres that is started here. The password
// is demanded (scram-sha-256) and needs escaping in a URL, so that tests notice where
// it is mistaken or shows up.
const (
	PostgresUser     = "assay"
	PostgresPassword = "pa:ss/wo@rd-8Nq2"
	PostgresDatabase = "postgres"
)

// PostgresOptions say how a Postgres server differs from the usual one.
type PostgresOptions struct {
	// Settings are added to postgresql.conf. Without any, a crash loses nothing that
	// was committed.
	Settings map[string]string
	// Files are put into the data directory, for Settings to name.
	Files map[string][]byte
	// Distance is how long the log takes on its way to a replica, see [Link]; 0 means
	// that there is nothing between the two.
	Distance time.Duration
	// Place does something with the data directory before the server first starts, puts
	// it on another disk for instance; what it returns takes that back, when the server has
	// ended and before the data is removed. nil does nothing.
	Place func(data string) (release func() error, err error)
}

// A Postgres is a PostgreSQL server that listens on 127.0.0.1.
type Postgres struct {
	Instance
	// Address is its host and port.
	Address string

	local *postgresFiles // nil in a container
	link  *Link          // of a replica to its primary; nil means a direct connection
	// release takes back what was done with the data directory; nil when nothing was.
	release func() error
}

// NewPostgres describes a server that somebody else started and has to end.
func NewPostgres(instance Instance, address string) *Postgres {
	return &Postgres{Instance: instance, Address: address}
}

// StartPostgres starts the PostgreSQL that is installed on this machine, as a process
// on a fresh data directory, and waits until it answers.
func StartPostgres(ctx context.Context, options PostgresOptions) (*Postgres, error) {
	files, err := newPostgresFiles()
	if err != nil {
		return nil, err
	}
	p := &Postgres{local: files}
	if err := files.initialise(ctx); err != nil {
		return nil, errors.Join(err, p.Close(ctx))
	}
	if err := p.launch(ctx, options); err != nil {
		return nil, errors.Join(err, p.Close(ctx))
	}
	return p, nil
}

// launch starts the server for the first time.
func (p *Postgres) launch(ctx context.Context, options PostgresOptions) error {
	port, err := FreePort()
	if err != nil {
		return err
	}
	if err := p.local.configure(port, options); err != nil {
		return err
	}
	if options.Place != nil {
		if p.release, err = options.Place(p.local.data()); err != nil {
			return err
		}
	}
	process, err := StartProcess(ctx, Command{
		Path: p.local.program("postgres"),
		Args: []string{"-D", p.local.data()},
		Env:  []string{"LC_ALL=C", "TZ=UTC"},
		Dir:  p.local.dir,
		// Clients are cut off, and what is committed is written out.
		StopSignal: syscall.SIGINT,
		User:       p.local.user,
	})
	if err != nil {
		return err
	}
	p.Instance, p.Address = process, net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	return p.WaitReady(ctx)
}

// Start starts the server again. Postgres itself frees the memory that a killed one left
// only where the number of its data directory tells whose that was.
func (p *Postgres) Start(ctx context.Context) error {
	if p.local != nil && p.Running(ctx) != nil {
		if err := releaseMemory(p.local.data()); err != nil {
			return err
		}
	}
	return p.Instance.Start(ctx)
}

// WaitReady waits until the server answers queries, after a Start for instance.
func (p *Postgres) WaitReady(ctx context.Context) error {
	return WaitReady(ctx, p, p.Probe)
}

// Probe asks the server once whether it answers queries. A refused connection is
// [syscall.ECONNREFUSED].
func (p *Postgres) Probe(ctx context.Context) error { return p.Exec(ctx, "SELECT 1") }

// Close ends the server and removes its data.
func (p *Postgres) Close(ctx context.Context) error {
	var err error
	if p.Instance != nil {
		err = p.Stop(ctx)
	}
	if p.link != nil {
		err = errors.Join(err, p.link.Close())
	}
	if p.release != nil {
		err = errors.Join(err, p.release())
	}
	if p.local != nil {
		err = errors.Join(err, p.local.remove())
	}
	return err
}

// URL returns how clients reach a database of the server, with the password.
func (p *Postgres) URL(database string) string {
	u := url.URL{
		Scheme: "postgres",
		User:   url.UserPassword(PostgresUser, PostgresPassword),
		Host:   p.Address,
		Path:   "/" + database,
	}
	return u.String()
}

// Exec runs one SQL statement as the superuser, on a connection of its own.
func (p *Postgres) Exec(ctx context.Context, sql string, arguments ...any) error {
	conn, err := pgx.Connect(ctx, p.URL(PostgresDatabase))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql, arguments...)
	return err
}

// configure appends to postgresql.conf, where the last setting of a name counts.
func (f *postgresFiles) configure(port int, options PostgresOptions) error {
	text := fmt.Sprintf(`
listen_addresses = '127.0.0.1'
port = %d
unix_socket_directories = ''
max_connections = 200
# Segments of shared memory end with the data directory, even after a kill.
dynamic_shared_memory_type = mmap
# Errors of statements are answers to clients; the log is about the server.
log_min_messages = log
`, port)
	for name, value := range options.Settings {
		text += fmt.Sprintf("%s = %s\n", name, quoteSetting(value))
	}
	for name, content := range options.Files {
		if err := f.write(filepath.Join("data", name), content); err != nil {
			return err
		}
	}
	return f.append(filepath.Join("data", "postgresql.conf"), text)
}
