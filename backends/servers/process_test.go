package servers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func shell(script string) Command {
	return Command{Path: "/bin/sh", Args: []string{"-c", script}}
}

// holding is a script that holds the fifo open in two processes, until both are dead.
func holding(fifo string) string {
	return fmt.Sprintf("exec 3>%s; sleep 1000 & echo held >&3; wait", fifo)
}

func start(t *testing.T, command Command) *Process {
	t.Helper()
	p, err := StartProcess(t.Context(), command)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Kill(context.Background()) })
	return p
}

// A fifo tells when a process has opened it and when no process has it open.
type fifo struct {
	path string
	file *os.File
}

func openFIFO(t *testing.T) fifo {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	// Open for writing too, it does not meet its end before the first writer comes.
	file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return fifo{path, file}
}

func (f fifo) awaitHeld(t *testing.T) {
	t.Helper()
	if line, err := bufio.NewReader(f.file).ReadString('\n'); line != "held\n" {
		t.Fatalf("read %q, %v", line, err)
	}
}

// awaitReleased returns when no other process has the fifo open.
func (f fifo) awaitReleased(t *testing.T) {
	t.Helper()
	reader, err := os.OpenFile(f.path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	f.file.Close()
	if _, err := io.ReadAll(reader); err != nil {
		t.Fatal(err)
	}
}

func TestAProcessStartsAgainAfterEveryEnd(t *testing.T) {
	ends := map[string]func(*Process, context.Context) error{
		"stop": (*Process).Stop,
		"kill": (*Process).Kill,
		"stop while paused": func(p *Process, ctx context.Context) error {
			return errors.Join(p.Pause(ctx), p.Stop(ctx))
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			p := start(t, shell("exec sleep 1000"))
			for range 2 {
				if err := p.Running(t.Context()); err != nil {
					t.Fatalf("not running: %v", err)
				}
				if err := end(p, t.Context()); err != nil {
					t.Fatal(err)
				}
				if p.Running(t.Context()) == nil {
					t.Fatal("still running")
				}
				if err := p.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestAProcessThatIgnoresItsStopSignalIsKilled(t *testing.T) {
	p := start(t, shell("trap '' TERM; echo deaf; while :; do sleep 1000; done"))
	waitForLog(t, p, "deaf")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := p.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Stop = %v, want a deadline", err)
	}
	if p.Running(t.Context()) == nil {
		t.Error("still running")
	}
}

func TestAKillReachesTheDescendants(t *testing.T) {
	fifo := openFIFO(t)
	p := start(t, shell("setsid /bin/sh -c '"+holding(fifo.path)+"'"))
	fifo.awaitHeld(t)
	if err := p.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	fifo.awaitReleased(t)
}

func TestAKillWaitsForTheDescendants(t *testing.T) {
	p := start(t, shell("for i in 1 2 3; do sleep 1000 & done; echo there; wait"))
	waitForLog(t, p, "there")
	children := descendantsOf(p.current().process.Pid)
	if err := p.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, pid := range children {
		if running(pid) {
			t.Errorf("pid %d still runs", pid)
		}
	}
	if len(children) != 3 {
		t.Errorf("%d children", len(children))
	}
}

func TestOneDescendantIsKilledAndNobodyElse(t *testing.T) {
	p := start(t, shell("sleep 1000 & victim=$!; echo there; wait $victim; echo status $?; exec sleep 1000"))
	waitForLog(t, p, "there")
	for _, pid := range []int{os.Getpid(), p.current().process.Pid} {
		if p.KillOne(t.Context(), pid) == nil {
			t.Fatalf("killed pid %d, which is no descendant", pid)
		}
	}
	if err := p.KillOne(t.Context(), descendantsOf(p.current().process.Pid)[0]); err != nil {
		t.Fatal(err)
	}
	waitForLog(t, p, "status 137")
}

func TestAProcessDiesWithTheProgramThatStartedIt(t *testing.T) {
	fifo := openFIFO(t)
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "SERVERS_TEST_PARENT="+fifo.path)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	fifo.awaitHeld(t)
	parent.Process.Kill()
	parent.Wait()
	fifo.awaitReleased(t)
}

func TestAPausedProcessIsRunningAndStill(t *testing.T) {
	p := start(t, shell("exec sleep 1000"))
	for _, step := range []struct {
		act  func(context.Context) error
		want string
	}{{p.Pause, "T"}, {p.Resume, "S"}} {
		if err := step.act(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := state(t, p); step.want == "T" && got != "T" {
			t.Errorf("paused, and in state %s", got)
		}
		if err := p.Running(t.Context()); err != nil {
			t.Errorf("running: %v", err)
		}
		err := WaitReady(t.Context(), p, func(context.Context) error {
			if got := state(t, p); got != step.want {
				return fmt.Errorf("state %s, want %s", got, step.want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestAServerThatEndsBeforeItIsReadyIsReportedWithItsLog(t *testing.T) {
	p := start(t, shell("echo no such disk; exit 3"))
	err := WaitReady(t.Context(), p, func(context.Context) error { return errors.New("not yet") })
	if err == nil || !strings.Contains(err.Error(), "no such disk") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error %v", err)
	}
}

func TestOfALongLogIsReportedWhatTellsTheReason(t *testing.T) {
	for name, c := range map[string]struct{ script, tells, silent string }{
		"its end":               {"printf 'line %s\\n' $(seq 20); exit 3", "\nline 11\nline 12", "line 10"},
		"why a program crashed": {"echo begun; echo panic: torn page; printf 'line %s\\n' $(seq 20); exit 2", "\npanic: torn page\nline 1\n", "line 10"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, shell(c.script))
			err := WaitReady(t.Context(), p, func(context.Context) error { return errors.New("not yet") })
			if err == nil || !strings.Contains(err.Error(), c.tells) || strings.Contains(err.Error(), c.silent) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestAServerThatDoesNotGetReadyIsReportedWithItsProbe(t *testing.T) {
	p := start(t, shell("exec sleep 1000"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	cause := errors.New("port closed")
	err := WaitReady(ctx, p, func(context.Context) error { return cause })
	if !errors.Is(err, cause) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestAMissingProgramIsAnError(t *testing.T) {
	if _, err := StartProcess(t.Context(), Command{Path: "/no/such/program"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func waitForLog(t *testing.T, p *Process, text string) {
	t.Helper()
	err := WaitReady(t.Context(), p, func(context.Context) error {
		if !strings.Contains(p.Log(), text) {
			return fmt.Errorf("no %q in the log", text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func state(t *testing.T, p *Process) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.current().process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))[2]
}
