package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/assay-dev/assay/backends/local"
)

const (
	// killInterval is the mean time between two kills, pauseInterval that between two
	// pauses, when none is named.
	killInterval  = 2 * time.Second
	pauseInterval = 2 * time.Second
	// downTime is how long a server is dead when nothing is said.
	downTime = 100 * time.Millisecond
	// backend is the target of a kill that is a process of Postgres, and not all of them.
	backend = "backend"
)

const needsServer = "a server that the run starts for itself, local:postgres, local:s3, local:bolt or local:file"

// killKind kills all processes of a server at once (SIGKILL), and starts it again on
// what it left. What it had given to the operating system survives that.
func killKind() Kind {
	const name = "kill"
	return Kind{
		Name:  name,
		Needs: needsServer,
		Fits:  local.Is,
		Flag:  whomFlag(Fault{Kind: name, When: When{Every: killInterval}}),
		Check: oneOf(append(roles(), backend)),
		Lasts: func(*Target) time.Duration { return downTime },
		Alone: true,
		New: func(t *Target, f Fault) (Injector, error) {
			if f.Whom == backend {
				return newKillBackend(t)
			}
			_, err := t.node(f.Whom)
			return &kill{whom: whom{t.Server, f.Whom}}, err
		},
	}
}

// pauseKind stops all processes of a server in their tracks (SIGSTOP), by default for
// longer than a client waits, and lets them go on.
func pauseKind() Kind {
	const name = "pause"
	return Kind{
		Name:  name,
		Needs: needsServer,
		Fits:  local.Is,
		Flag:  whomFlag(Fault{Kind: name, When: When{Every: pauseInterval}}),
		Check: oneOf(roles()),
		Lasts: func(t *Target) time.Duration { return t.Timeout * 3 / 2 },
		Alone: true,
		New: func(t *Target, f Fault) (Injector, error) {
			_, err := t.node(f.Whom)
			return &pause{whom: whom{t.Server, f.Whom}}, err
		},
	}
}

func roles() []string { return []string{"postgres", "replica", "s3", "bolt", "file"} }

// oneOf is the Check of kinds that strike one of several, or the first of them.
func oneOf(known []string) func(Fault) error {
	return func(f Fault) error {
		if f.Whom == "" || slices.Contains(known, f.Whom) {
			return nil
		}
		return fmt.Errorf("%s does not know %q: known are %s", f.Kind, f.Whom, strings.Join(known, ", "))
	}
}

// node returns the server that the run has started in a role.
func (t *Target) node(role string) (*local.Node, error) {
	if node := t.Server.Node(role); node != nil {
		return node, nil
	}
	return nil, fmt.Errorf("the run starts no server %q", role)
}

// whom is the server that a strike is for. After a failover it is another one.
type whom struct {
	server *local.Server
	role   string
}

func (w whom) node() *local.Node { return w.server.Node(w.role) }

type kill struct {
	whom whom
	dead *local.Node // nil when nothing is broken
}

func (k *kill) Inject(ctx context.Context, _ *rand.Rand) (string, error) {
	k.dead = k.whom.node()
	return killed(ctx, k.dead)
}

func (k *kill) Heal(ctx context.Context) (string, error) {
	if k.dead == nil {
		return "", nil
	}
	if err := k.dead.Start(ctx); err != nil {
		return "", err
	}
	if err := k.dead.WaitReady(ctx); err != nil {
		return "", err
	}
	k.dead = nil
	return "", nil
}

type killBackend struct {
	whom whom
	dead *local.Node // nil when nothing is broken
}

type backendKiller interface {
	KillBackend(ctx context.Context, pick func(n int) int) (effect string, err error)
}

func newKillBackend(t *Target) (Injector, error) {
	k := &killBackend{whom: whom{server: t.Server}}
	if node := k.whom.node(); !hasBackends(node) {
		return nil, fmt.Errorf("%s has no processes for single clients", node.Role)
	}
	return k, nil
}

func hasBackends(node *local.Node) bool {
	_, has := node.Instance.(backendKiller)
	return has
}

func (k *killBackend) Inject(ctx context.Context, random *rand.Rand) (string, error) {
	k.dead = k.whom.node()
	return k.dead.Instance.(backendKiller).KillBackend(ctx, random.IntN)
}

// Heal waits: the server recovers by itself.
func (k *killBackend) Heal(ctx context.Context) (string, error) {
	if k.dead == nil {
		return "", nil
	}
	if err := k.dead.WaitReady(ctx); err != nil {
		return "", err
	}
	k.dead = nil
	return "", nil
}

type pause struct {
	whom   whom
	paused *local.Node // nil when nothing is broken
}

func (p *pause) Inject(ctx context.Context, _ *rand.Rand) (string, error) {
	p.paused = p.whom.node()
	return paused(ctx, p.paused)
}

func (p *pause) Heal(ctx context.Context) (string, error) {
	if p.paused == nil {
		return "", nil
	}
	if err := p.paused.Resume(ctx); err != nil {
		return "", err
	}
	if err := p.paused.WaitReady(ctx); err != nil {
		return "", err
	}
	p.paused = nil
	return "", nil
}

const (
	// patience is how long a dead server may take to refuse connections: something in
	// front of it may have to go first.
	patience = 2 * time.Second
	// silence is how long a server has to be silent to count as paused.
	silence = 100 * time.Millisecond
)

// killed kills a server and measures that it refuses connections.
func killed(ctx context.Context, node *local.Node) (effect string, err error) {
	if err := node.Kill(ctx); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for ctx.Err() == nil {
		if errors.Is(node.Probe(ctx), syscall.ECONNREFUSED) {
			return node.Role + " killed, connection refused", nil
		}
		sleep(ctx, time.Millisecond)
	}
	return "", nil
}

// paused pauses a server and measures that it does not answer.
func paused(ctx context.Context, node *local.Node) (effect string, err error) {
	if err := node.Pause(ctx); err != nil {
		return "", err
	}
	probing, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	if err := node.Probe(probing); err == nil || probing.Err() == nil {
		return "", nil
	}
	return fmt.Sprintf("%s paused, no answer within %v", node.Role, silence), nil
}
