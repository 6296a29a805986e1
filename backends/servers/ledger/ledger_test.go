package ledger

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
)

// removing returns removers that note what they are asked to remove.
func removing(names *[]string) Removers {
	return Removers{"toy": func(_ context.Context, name string) error {
		*names = append(*names, name)
		return nil
	}}
}

// leave lets another process write a thing down, and kills it.
func leave(t *testing.T, name string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperThatIsKilled$")
	cmd.Env = append(os.Environ(), "LEDGER_TOY="+name)
	output, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(output).ReadString('\n'); line != "written\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if removed, err := Clean(t.Context(), removing(new([]string))); len(removed) > 0 || err != nil {
		t.Errorf("while its maker lives: %v, %v", removed, err)
	}
	cmd.Process.Kill()
	cmd.Wait() // it was killed
}

func TestHelperThatIsKilled(t *testing.T) {
	name := os.Getenv("LEDGER_TOY")
	if name == "" {
		t.Skip("for another test")
	}
	if _, err := Write("toy", name); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("written\n")
	select {}
}

func TestWhatAKilledProgramLeavesIsRemovedOnce(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	mine, err := Write("toy", "mine")
	if err != nil {
		t.Fatal(err)
	}
	leave(t, "left")
	var names []string
	removed, err := Clean(t.Context(), removing(&names))
	if err != nil || !slices.Equal(names, []string{"left"}) || len(removed) != 1 || removed[0].String() != "toy left" {
		t.Errorf("removed %v, %v, %v", names, removed, err)
	}
	if removed, err := Clean(t.Context(), removing(&names)); err != nil || len(removed) > 0 {
		t.Errorf("once more: %v, %v", removed, err)
	}
	for range 2 {
		if err := mine.Strike(); err != nil {
			t.Error(err)
		}
	}
	if files, err := filepath.Glob(filepath.Join(os.Getenv("XDG_CACHE_HOME"), "assay", "ledger", "*")); len(files) > 0 || err != nil {
		t.Errorf("files %v, %v", files, err)
	}
}

func TestWhatCannotBeRemovedIsTriedAgainTheNextTime(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	leave(t, "stuck")
	stuck := errors.New("stuck")
	removed, err := Clean(t.Context(), Removers{"toy": func(context.Context, string) error { return stuck }})
	if !errors.Is(err, stuck) || len(removed) > 0 {
		t.Errorf("%v, %v", removed, err)
	}
	if removed, err := Clean(t.Context(), Removers{}); err != nil || len(removed) > 0 {
		t.Errorf("without a remover for it: %v, %v", removed, err)
	}
	if removed, err := Clean(t.Context(), removing(new([]string))); err != nil || len(removed) != 1 {
		t.Errorf("the next time: %v, %v", removed, err)
	}
}

func TestWritersAndCleanersMayMeet(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				entry, err := Write("toy", "mine")
				if err != nil {
					t.Error(err)
					return
				}
				if err := entry.Strike(); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			var names []string
			for range 100 {
				if _, err := Clean(t.Context(), removing(&names)); err != nil {
					t.Error(err)
				}
			}
			if len(names) > 0 {
				t.Errorf("removed %d things of a program that lives", len(names))
			}
		})
	}
	all.Wait()
}

func TestWithoutACacheDirectoryTheTemporaryOneIsTaken(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "/dev/null/nowhere")
	t.Setenv("TMPDIR", t.TempDir())
	entry, err := Write("toy", "mine")
	if err != nil {
		t.Fatal(err)
	}
	if err := entry.Strike(); err != nil {
		t.Error(err)
	}
}

func TestALedgerThatOthersCanWriteInIsNotBelieved(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	leave(t, "left")
	dir := filepath.Join(os.Getenv("XDG_CACHE_HOME"), "assay", "ledger")
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	var names []string
	if _, err := Clean(t.Context(), removing(&names)); err == nil || len(names) > 0 {
		t.Errorf("removed %v, %v", names, err)
	}
	if _, err := Write("toy", "mine"); err == nil {
		t.Error("it is written in")
	}
}

func TestProcessesThatWorkInADirectoryAreKilledAlsoWhenStopped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a")
	if err := os.MkdirAll(filepath.Join(dir, "b"), 0o755); err != nil {
		t.Fatal(err)
	}
	start := func(in string) *exec.Cmd {
		cmd := exec.Command("sleep", "1000")
		cmd.Dir = in
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		return cmd
	}
	inside, elsewhere := start(filepath.Join(dir, "b")), start(filepath.Dir(dir))
	if err := inside.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- inside.Wait() }()
	if err := Evict(t.Context(), dir); err != nil {
		t.Error(err)
	}
	<-done
	if err := elsewhere.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the process elsewhere: %v", err)
	}
}
