package local

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/assay-dev/assay/backends/disk"
	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/containers"
)

// The values of the parameters replica and read.
const (
	none         = "none"
	asynchronous = "async"
	synchronous  = "sync"
	onPrimary    = "primary"
	onReplica    = "replica"
)

// A postgresPlan is what the parameters of local:postgres ask for.
type postgresPlan struct {
	store       url.Values // what the store itself understands
	settings    map[string]string
	replica     string
	read        string
	replayDelay time.Duration
	distance    time.Duration
	container   bool
	onDisk      bool
}

// parsePostgres reads the parameters of local:postgres. What the store itself
// understands it is left to judge, except for names.
func parsePostgres(query *params.Query) (*postgresPlan, error) {
	p := &postgresPlan{store: url.Values{}, settings: map[string]string{}}
	for _, name := range []string{"isolation", "pool_max_conns", "pool_acquire_timeout", "connect_timeout"} {
		if value := query.String(name, ""); value != "" {
			p.store.Set(name, value)
		}
	}
	var problem error
	choice := func(name string, known ...string) string {
		value := query.String(name, known[0])
		problem = cmp.Or(problem, oneOf(name, value, known...))
		return value
	}
	p.settings["fsync"] = choice("fsync", "on", "off")
	p.settings["synchronous_commit"] = choice("synchronous_commit", "on", "off", "local", "remote_write", "remote_apply")
	p.settings["wal_writer_delay"] = milliseconds(query.Duration("wal_writer_delay", 200*time.Millisecond))
	p.replica = choice("replica", none, asynchronous, synchronous)
	p.read = choice("read", onPrimary, onReplica)
	p.replayDelay = query.Duration("replay_delay", 0)
	p.distance = query.Duration("distance", 0)
	p.container = query.Bool("container", false)
	onDisk, wrong := parseDisk(query)
	p.onDisk, problem = onDisk, cmp.Or(problem, wrong)
	if err := cmp.Or(query.Err(), problem, p.check()); err != nil {
		return nil, err
	}
	return p, nil
}

// check refuses parameters that do not go together.
func (p *postgresPlan) check() error {
	for name, value := range map[string]time.Duration{"replay_delay": p.replayDelay, "distance": p.distance} {
		if value < 0 || value > 0 && p.replica == none {
			return params.Invalid("local: parameter %s is %v: it is above 0 and comes with replica=async or replica=sync", name, value)
		}
	}
	switch {
	case p.read == onReplica && p.replica == none:
		return params.Invalid("local: parameter read=replica comes with replica=async or replica=sync")
	case p.container && p.replica != none:
		return params.Invalid("local: parameter container=true comes without a replica")
	case p.container && p.onDisk:
		return params.Invalid("local: parameter container=true comes without disk=fuse")
	}
	return nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) + "ms" }

func (p *postgresPlan) start(ctx context.Context, s *Server) error {
	if p.replica == synchronous {
		p.settings["synchronous_standby_names"] = "*"
	}
	primary, err := p.startPrimary(ctx, s)
	if err != nil {
		return err
	}
	if p.replica != none {
		if err := p.startReplica(ctx, s, primary); err != nil {
			return err
		}
	}
	s.URL, err = extended(primary.URL(servers.PostgresDatabase), p.store)
	return err
}

func (p *postgresPlan) startPrimary(ctx context.Context, s *Server) (*servers.Postgres, error) {
	options := servers.PostgresOptions{Settings: p.settings}
	if p.container {
		primary, remove, err := containers.StartPostgres(ctx, options)
		if err == nil {
			s.add("postgres", primary, remove)
		}
		return primary, err
	}
	var placed *disk.Disk
	if p.onDisk {
		options.Place = func(data string) (release func() error, err error) {
			if err := keepMemoryOff(data); err != nil {
				return nil, err
			}
			if placed, err = onDisk(data); err != nil {
				return nil, err
			}
			return placed.Close, nil
		}
	}
	primary, err := servers.StartPostgres(ctx, options)
	if err == nil {
		s.add("postgres", primary, primary.Close).Disk = placed
	}
	return primary, err
}

// startReplica starts a replica and tells the store of it.
func (p *postgresPlan) startReplica(ctx context.Context, s *Server, primary *servers.Postgres) error {
	options := servers.PostgresOptions{
		Settings: map[string]string{
			"recovery_min_apply_delay": milliseconds(p.replayDelay),
			// Once it has taken over, there is nobody to wait for.
			"synchronous_standby_names": "",
		},
		Distance: p.distance,
	}
	replica, err := primary.StartReplica(ctx, options)
	if err != nil {
		return err
	}
	node := s.add("replica", replica, replica.Close)
	if p.read == onReplica {
		p.store.Set("read", replica.Address)
	} else {
		s.cluster = &Cluster{
			primary: primary, replica: replica, options: options, synchronous: p.replica == synchronous,
			nodes: map[*servers.Postgres]*Node{primary: s.Node("postgres"), replica: node},
		}
		bothHosts(p.store, primary.Address, replica.Address)
	}
	if p.replica == synchronous {
		return primary.AwaitSynchronous(ctx)
	}
	return nil
}

// bothHosts lets clients find out by themselves who takes writes: each new connection
// goes to the first of the servers that does, as libpq has it. One that does not
// answer is given up after a second.
func bothHosts(store url.Values, addresses ...string) {
	var hosts, ports []string
	for _, address := range addresses {
		host, port, _ := net.SplitHostPort(address)
		hosts, ports = append(hosts, host), append(ports, port)
	}
	store.Set("host", strings.Join(hosts, ","))
	store.Set("port", strings.Join(ports, ","))
	store.Set("target_session_attrs", "read-write")
	if !store.Has("connect_timeout") {
		store.Set("connect_timeout", "1")
	}
}
