package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"
)

// A Command says how a server is started as a process.
type Command struct {
	Path string
	Args []string
	Env  []string // the whole environment; nil means that of this program
	Dir  string
	// StopSignal asks the server to end in order; 0 means SIGTERM.
	StopSignal syscall.Signal
	// User runs the server as somebody else; nil means as this program's user.
	User *User
}

// A Process is a server that runs as a child of this program. It dies with this
// program, however that ends; its own children have to notice that by themselves.
type Process struct {
	command Command
	log     tail

	mu   sync.Mutex
	life *life
}

// A life is one run of the process, from Start to its end.
type life struct {
	process *os.Process
	ended   chan struct{} // closed when the process has been waited for
	err     error         // how it ended; never nil once ended is closed
}

var _ Instance = (*Process)(nil)

// errEnded: the process exited although it reported no failure.
var errEnded = errors.New("the process ended")

// StartProcess starts a server and does not wait until it is ready.
func StartProcess(ctx context.Context, command Command) (*Process, error) {
	if command.StopSignal == 0 {
		command.StopSignal = syscall.SIGTERM
	}
	p := &Process{command: command}
	if err := p.Start(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// Start starts the process, unless it runs.
func (p *Process) Start(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life != nil && p.life.running() == nil {
		return nil
	}
	cmd := exec.Command(p.command.Path, p.command.Args...)
	cmd.Env, cmd.Dir = p.command.Env, p.command.Dir
	cmd.Stdout, cmd.Stderr = &p.log, &p.log
	cmd.SysProcAttr = attributes(p.command.User)
	// A grandchild that keeps the output open must not keep Wait from returning.
	cmd.WaitDelay = time.Second
	started := make(chan error)
	next := &life{ended: make(chan struct{})}
	go func() {
		// The kernel kills the child when the thread that started it ends, so this one
		// stays until the child is gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		next.process = cmd.Process
		started <- err
		if err == nil {
			next.err = endOf(cmd.Wait())
			close(next.ended)
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start %s: %w", p.command.Path, err)
	}
	p.life = next
	return nil
}

func endOf(err error) error {
	if err == nil {
		return errEnded
	}
	return err
}

// Stop sends the stop signal and waits.
func (p *Process) Stop(ctx context.Context) error {
	life := p.current()
	if err := life.signal(p.command.StopSignal); err != nil {
		return err
	}
	// A paused process reads its signals only when it continues.
	if err := p.Resume(ctx); err != nil {
		return err
	}
	select {
	case <-life.ended:
		return nil
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("%v did not stop and was killed: %w", p, ctx.Err()), p.Kill(ctx))
	}
}

// Kill kills the process and all its descendants, and waits for all of them: a
// descendant that is about to die still holds the server's memory and its port.
func (p *Process) Kill(ctx context.Context) error {
	life := p.current()
	killed, err := life.signalTree(syscall.SIGKILL)
	if err != nil {
		return err
	}
	<-life.ended
	return awaitEnds(ctx, killed)
}

// KillOne kills one descendant, and nobody else.
func (p *Process) KillOne(_ context.Context, pid int) error {
	life := p.current()
	if life.running() != nil || !slices.Contains(descendantsOf(life.process.Pid), pid) {
		return fmt.Errorf("pid %d is no process of %v", pid, p)
	}
	return signal(pid, syscall.SIGKILL)
}

// Pause stops the process and all its descendants.
func (p *Process) Pause(context.Context) error {
	_, err := p.current().signalTree(syscall.SIGSTOP)
	return err
}

// Resume continues the process and all its descendants.
func (p *Process) Resume(context.Context) error {
	_, err := p.current().signalTree(syscall.SIGCONT)
	return err
}

// Running returns how the process ended, if it did.
func (p *Process) Running(context.Context) error { return p.current().running() }

// Log returns the last 64 KiB that the process and its descendants printed.
func (p *Process) Log() string { return p.log.String() }

func (p *Process) String() string {
	return fmt.Sprintf("process %s (pid %d)", p.command.Path, p.current().process.Pid)
}

func (p *Process) current() *life {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.life
}

func (l *life) running() error {
	select {
	case <-l.ended:
		return l.err
	default:
		return nil
	}
}

// signal sends sig to the process alone; one that is gone is left in peace.
func (l *life) signal(sig syscall.Signal) error {
	if err := l.process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %v to pid %d: %w", sig, l.process.Pid, err)
	}
	return nil
}

// signalTree sends sig to the process and its descendants, which it returns. All of
// them are stopped first, parents before children, so that none starts another one
// meanwhile.
func (l *life) signalTree(sig syscall.Signal) (descendants []int, err error) {
	if l.running() != nil {
		return nil, nil
	}
	if err := l.signal(syscall.SIGSTOP); err != nil {
		return nil, err
	}
	awaitStop(l.process.Pid)
	descendants = stopDescendants(l.process.Pid)
	for _, pid := range descendants {
		if err := signal(pid, sig); err != nil {
			return nil, err
		}
	}
	return descendants, l.signal(sig)
}

// Descendants returns the processes that a process has started, and those that they
// have, as far as they run. Elsewhere than on Linux it finds none.
func Descendants(pid int) []int {
	return slices.DeleteFunc(descendantsOf(pid), func(pid int) bool { return !running(pid) })
}

// signal sends sig to a process that may be gone.
func signal(pid int, sig syscall.Signal) error {
	if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal %v to pid %d: %w", sig, pid, err)
	}
	return nil
}

// awaitEnds waits until none of the processes runs any more. They are nobody's children
// once their parent is dead, so that all that can be done is to look.
func awaitEnds(ctx context.Context, pids []int) error {
	for _, pid := range pids {
		for running(pid) {
			select {
			case <-ctx.Done():
				return fmt.Errorf("pid %d does not die: %w", pid, ctx.Err())
			case <-time.After(time.Millisecond):
			}
		}
	}
	return nil
}
