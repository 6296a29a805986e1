package faults

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/assay-dev/assay/faults/network"
)

// The usual measures of trouble.
const (
	netInterval     = 250 * time.Millisecond
	netLasts        = 100 * time.Millisecond
	defaultLatency  = 50 * time.Millisecond
	defaultThrottle = 10_000 // bytes per second
	// maxCut bounds where an answer is cut when nothing is said: the answers to writes are
	// shorter, those to reads are not.
	maxCut = 64
)

// netKind is trouble on the network. Without a setting that says which, each strike draws
// one; without anybody named, it draws whom.
func netKind() Kind {
	const name = "net"
	return Kind{
		Name:     name,
		Settings: []string{"latency", "jitter", "throttle", "reset", "hang", "refuse", "cut", "up", "down"},
		Needs:    "a server on the network: local:postgres, local:s3, postgres://host/… or s3://… with an http endpoint",
		Fits:     onNetwork,
		Flag: func(value string) ([]Fault, error) {
			f := Fault{Kind: name, When: When{Every: netInterval}}
			if value != "" {
				f.Settings = []string{value}
			}
			return []Fault{f}, nil
		},
		Check: func(f Fault) error {
			_, err := troubleOf(f)
			_, wrong := whichClients(f.Whom)
			return cmp.Or(err, wrong)
		},
		Lasts: func(*Target) time.Duration { return netLasts },
		First: true,
		New:   newNet,
	}
}

// netFault lets trouble come over the routes of clients.
type netFault struct {
	fault  Fault
	target *Target
	strike *network.Strike
}

func newNet(t *Target, f Fault) (Injector, error) {
	if client, _ := whichClients(f.Whom); client >= t.Clients {
		return nil, fmt.Errorf("there is no client %d: they are numbered from 0 to %d", client, t.Clients-1)
	}
	if t.network == nil {
		t.network = network.New()
	}
	return &netFault{fault: f, target: t}, nil
}

func (n *netFault) Inject(ctx context.Context, random *rand.Rand) (_ string, err error) {
	trouble, err := troubleOf(n.fault)
	if err != nil {
		return "", err
	}
	n.strike, err = n.target.network.Strike(ctx, n.whom(random), settle(trouble, random), random)
	return "", err // its end tells
}

func (n *netFault) Heal(ctx context.Context) (string, error) {
	if n.strike == nil {
		return "", nil
	}
	effect, err := n.strike.Heal(ctx)
	if err == nil {
		n.strike = nil
	}
	return effect, err
}

// whom returns the handles that are struck: those named, or else all of them or some.
func (n *netFault) whom(random *rand.Rand) []int {
	all := n.target.network.Handles()
	client, _ := whichClients(n.fault.Whom)
	switch {
	case client >= 0:
		return []int{n.target.HandleOf(client)}
	case n.fault.Whom != "" || random.IntN(2) == 0:
		return all
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+random.IntN(len(all))]
}

// whichClients returns the one client that whom means, or -1 for all or any.
func whichClients(whom string) (client int, err error) {
	number, one := strings.CutPrefix(whom, "client ")
	if one {
		client, err = strconv.Atoi(number)
	}
	if err != nil || client < 0 || !one && whom != "" && whom != "clients" {
		return 0, fmt.Errorf("net strikes clients, or one client and its number: %q is neither", whom)
	}
	if !one {
		return -1, nil
	}
	return client, nil
}

// undrawn are the bytes of a cut that each strike draws.
const undrawn = -1

// troubleOf reads what a fault's settings say. What is 0 when each strike draws it.
func troubleOf(f Fault) (t network.Trouble, err error) {
	_, t.Up = f.Setting("up")
	_, t.Down = f.Setting("down")
	if t.Up && t.Down {
		return t, errors.New("up and down together are what is without them")
	}
	for _, kind := range []struct {
		name  string
		what  network.What
		value func(text string) error
	}{
		{"latency", network.Latency, func(text string) error { return aTime(text, defaultLatency, &t.Delay) }},
		{"throttle", network.Throttle, func(text string) error { return aCount(text, 1, defaultThrottle, &t.Rate) }},
		{"reset", network.Reset, noValue},
		{"hang", network.Hang, noValue},
		{"refuse", network.Refuse, noValue},
		{"cut", network.Cut, func(text string) error { return aCount(text, 0, undrawn, &t.Bytes) }},
	} {
		text, found := f.Setting(kind.name)
		if !found {
			continue
		}
		if t.What != 0 {
			return t, fmt.Errorf("%s: one trouble a line, please", kind.name)
		}
		t.What = kind.what
		if err := kind.value(text); err != nil {
			return t, fmt.Errorf("%s: %w", kind.name, err)
		}
	}
	return t, checkTrouble(f, &t)
}

// checkTrouble reads the settings that go with others.
func checkTrouble(f Fault, t *network.Trouble) error {
	if text, found := f.Setting("jitter"); found {
		if t.What != network.Latency {
			return errors.New("jitter comes with latency")
		}
		if err := aTime(text, 0, &t.Jitter); err != nil || text == "" {
			return fmt.Errorf("jitter: %q is not a length of time from 1ms on", text)
		}
	}
	if (t.Up || t.Down) && slices.Contains([]network.What{0, network.Reset, network.Refuse}, t.What) {
		return errors.New("up and down come with latency, throttle, hang or cut")
	}
	return nil
}

func noValue(text string) error {
	if text != "" {
		return fmt.Errorf("there is nothing to set: %q", text)
	}
	return nil
}

// aTime reads a length of time; none means usual.
func aTime(text string, usual time.Duration, to *time.Duration) (err error) {
	if *to = usual; text == "" {
		return nil
	}
	if *to, err = time.ParseDuration(text); err != nil || *to < time.Millisecond {
		return fmt.Errorf("%q is not a length of time from 1ms on", text)
	}
	return nil
}

// aCount reads a number of bytes; none means usual.
func aCount(text string, least, usual int, to *int) (err error) {
	if *to = usual; text == "" {
		return nil
	}
	if *to, err = strconv.Atoi(text); err != nil || *to < least {
		return fmt.Errorf("%q is not a number of bytes from %d on", text, least)
	}
	return nil
}

// mix is what a strike draws from where nothing says which trouble it is. Most is to be
// learnt from cut answers.
func mix() []network.What {
	return []network.What{
		network.Latency, network.Throttle, network.Hang, network.Refuse,
		network.Reset, network.Reset, network.Cut, network.Cut, network.Cut, network.Cut,
	}
}

// settle draws what the settings leave open.
func settle(t network.Trouble, random *rand.Rand) network.Trouble {
	if t.What == 0 {
		t.What = mix()[random.IntN(len(mix()))]
		t.Delay = time.Duration(1+random.IntN(int(defaultLatency/time.Millisecond))) * time.Millisecond
		t.Jitter = t.Delay / 2
		t.Rate = 1 + random.IntN(defaultThrottle)
		t.Bytes = undrawn
		// Of cut and held answers more is to be learnt than of requests that never came.
		t.Down = random.IntN(4) > 0
		t.Up = !t.Down || t.What != network.Cut && random.IntN(2) == 0
	}
	if t.Bytes == undrawn {
		t.Bytes = random.IntN(maxCut)
	}
	switch {
	case t.Up || t.Down:
	case t.What == network.Cut:
		t.Down = true
	default:
		t.Up, t.Down = true, true
	}
	return t
}
