package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/assay-dev/assay/backends/disk"
	"github.com/assay-dev/assay/backends/local"
)

const (
	// diskInterval is the mean time between two faults of a disk when none is named.
	diskInterval = time.Second
	// errorTime is how long a disk returns errors when nothing is said.
	errorTime = 500 * time.Millisecond
	// Before the power goes there is a time of up to maxUnwritten in which the kernel
	// writes nothing out by itself, and of at least half of that; then it goes in
	// the middle of one of the next maxChanges changes of the files, if they come in time.
	maxUnwritten = 200 * time.Millisecond
	maxChanges   = 64
	changeTime   = time.Second
	// maxSpared is how many writes or syncs may succeed before they fail.
	maxSpared = 3
	// diskErrors is how many writes or syncs fail in a row when nothing is said.
	diskErrors = 3
)

// The settings of a disk's fault: what happens to it. Without any, the power goes, and
// all that was not synced is lost.
const (
	torn        = "torn"         // the power goes, and of what was not synced a part stays, sector by sector
	writeErrors = "write-errors" // writes fail with EIO
	full        = "full"         // writes fail with ENOSPC
	syncErrors  = "sync-errors"  // syncs fail with EIO, each once, and then the power goes
)

// diskKind lets the power of a server's disk go, with the server's, or lets the disk
// return errors.
func diskKind() Kind {
	const name = "disk"
	settings := []string{torn, writeErrors, full, syncErrors}
	return Kind{
		Name:     name,
		Settings: settings,
		Needs:    "a server on a disk of its own, local:postgres?disk=fuse, local:bolt?disk=fuse or local:file?disk=fuse",
		Fits:     local.HasDisk,
		Flag: func(value string) ([]Fault, error) {
			f := Fault{Kind: name, When: When{Every: diskInterval}}
			if value != "" {
				f.Settings = []string{value}
			}
			if value != "" && !slices.Contains(settings, value) {
				return nil, fmt.Errorf("%q is none of %s", value, strings.Join(settings, ", "))
			}
			return []Fault{f}, nil
		},
		Check: checkDisk,
		Lasts: func(*Target) time.Duration { return errorTime },
		Alone: true,
		New:   newDiskFault,
	}
}

func checkDisk(f Fault) error {
	if f.When.atOnce() {
		return fmt.Errorf("%s does not last from beginning to end: say when", f.Kind)
	}
	if len(f.Settings) > 1 {
		return fmt.Errorf("%s does one thing at a time, not %s", f.Kind, strings.Join(f.Settings, " and "))
	}
	if _, _, err := f.onDisk(); err != nil {
		return err
	}
	return nobodyInParticular(f)
}

// onDisk is what happens to the disk: one of the settings, "" for the power, and how many errors
// there are to be.
func (f Fault) onDisk() (what string, times int, err error) {
	if len(f.Settings) == 0 {
		return "", 0, nil
	}
	what, value, valued := strings.Cut(f.Settings[0], "=")
	if !valued {
		return what, diskErrors, nil
	}
	if times, err = strconv.Atoi(value); what == torn || err != nil || times < 1 {
		return "", 0, fmt.Errorf("%q is not right: errors have a number from 1 on, %s has none", f.Settings[0], torn)
	}
	return what, times, nil
}

func newDiskFault(t *Target, f Fault) (Injector, error) {
	node, err := t.node("")
	if err != nil {
		return nil, err
	}
	what, times, err := f.onDisk()
	loss := &powerLoss{node: node, torn: what == torn}
	switch what {
	case writeErrors:
		return &failingDisk{node: node, step: disk.Write, errno: syscall.EIO, times: times}, err
	case full:
		return &failingDisk{node: node, step: disk.Write, errno: syscall.ENOSPC, times: times}, err
	case syncErrors:
		return &failingDisk{node: node, step: disk.Sync, errno: syscall.EIO, times: times, then: loss}, err
	}
	return loss, err
}

// A powerLoss lets the power of a server and its disk go.
type powerLoss struct {
	node *local.Node
	torn bool

	draw            *rand.Rand // of what stays; nil keeps nothing
	crashed, downed bool
}

func (p *powerLoss) Inject(ctx context.Context, random *rand.Rand) (string, error) {
	if err := p.node.Disk.WriteBack(); err != nil {
		return "", err
	}
	sleep(ctx, time.Duration((0.5+0.5*random.Float64())*float64(maxUnwritten)))
	when := "in the middle of a change"
	select {
	case <-p.node.Disk.PowerOffAt(1 + random.IntN(maxChanges)):
	case <-time.After(changeTime):
		when = "between two changes"
	}
	loss, err := p.crash(ctx, random)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s lost power %s: %v", p.node.Role, when, loss), nil
}

// crash takes away what the disk does not keep without power.
func (p *powerLoss) crash(ctx context.Context, random *rand.Rand) (disk.Loss, error) {
	p.downed, p.crashed, p.draw = true, false, nil
	if p.torn {
		p.draw = random
	}
	loss, err := p.node.Disk.Crash(ctx, p.node.Kill, p.draw)
	p.crashed = err == nil
	return loss, err
}

// Heal starts the server on what is left.
func (p *powerLoss) Heal(ctx context.Context) (string, error) {
	if !p.downed {
		return "", nil
	}
	if !p.crashed {
		if _, err := p.crash(ctx, p.draw); err != nil {
			return "", err
		}
	}
	if err := startAgain(ctx, p.node); err != nil {
		return "", err
	}
	p.downed = false
	return "", nil
}

// startAgain starts a server, if it does not run, and waits until it answers.
func startAgain(ctx context.Context, node *local.Node) error {
	if err := node.Start(ctx); err != nil {
		return err
	}
	return node.WaitReady(ctx)
}

// A failingDisk returns errors.
type failingDisk struct {
	node  *local.Node
	step  disk.Step
	errno syscall.Errno
	times int
	then  *powerLoss // when the errors are over; nil is none

	failing bool
	random  *rand.Rand
}

func (d *failingDisk) Inject(_ context.Context, random *rand.Rand) (string, error) {
	d.failing, d.random = true, random
	// Not the first one, always: a commit that syncs twice is to fail at either.
	d.node.Disk.Fail(d.step, d.errno, random.IntN(maxSpared+1), d.times)
	return "", nil
}

func (d *failingDisk) Heal(ctx context.Context) (string, error) {
	if !d.failing {
		return "", nil
	}
	effect := ""
	if n := d.node.Disk.Mend(d.step); n > 0 {
		effect = fmt.Sprintf("%d %s of %s failed: %v", n, d.step, d.node.Role, d.errno)
	}
	if d.then != nil && effect != "" {
		loss, err := d.then.crash(ctx, d.random)
		if err != nil {
			return effect, err
		}
		effect += fmt.Sprintf("; then it lost power: %v", loss)
	}
	// What errors do to a server may come to light later: it may be about to end.
	if err := d.node.Kill(ctx); err != nil {
		return effect, err
	}
	err := startAgain(ctx, d.node)
	d.failing = err != nil
	return effect, err
}
