package file

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/assay-dev/assay/location"
)

// childVariable tells the test binary, when it is started as another process, what to
// do in which directory.
const childVariable = "ASSAY_FILE_TEST_CHILD"

// IsChild reports whether this program was started as the other process.
func IsChild() bool { return os.Getenv(childVariable) != "" }

// Child is what the other process does, and its exit code.
func Child() int {
	if err := child(os.Getenv(childVariable), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// child is the other process. It says ready and ends when it is told to, or killed.
func child(task, dir string) error {
	ctx := context.Background()
	b, err := Open(ctx, OS{}, dir, Options{NoSync: true})
	if err != nil {
		return err
	}
	switch task {
	case "write": // leave the temporary file of a set that never comes to its end
		if _, err := b.write([]byte("half a value")); err != nil {
			return err
		}
	case "hold": // be in the middle of a change of the key k
		if _, err := b.enter(ctx, b.keyDirOf("k"), Exclusive); err != nil {
			return err
		}
	case "delete":
		return deleteMany(ctx, b, os.Stdout)
	}
	fmt.Println("ready")
	_, err = os.Stdin.Read(make([]byte, 1))
	return err
}

// deletions is how many keys deleteMany deletes.
const deletions = 300

// deleteMany deletes the keys 0, 1, … and writes down those that it found.
func deleteMany(ctx context.Context, b *Blob, found *os.File) error {
	for i := range deletions {
		_, ok, err := b.Delete(ctx, strconv.Itoa(i))
		if err != nil {
			return err
		}
		if ok {
			fmt.Fprintln(found, i)
		}
	}
	return nil
}

// start starts another process and waits until it is ready. It is killed at the end.
func start(t *testing.T, task, dir string) (kill func()) {
	t.Helper()
	cmd := command(t, task, dir)
	cmd.Stdout = nil
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	t.Cleanup(kill)
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	return kill
}

func command(t *testing.T, task, dir string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0], dir)
	cmd.Env = append(os.Environ(), childVariable+"="+task)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestATemporaryFileGoesWithItsProcessAndNoSooner(t *testing.T) {
	dir := t.TempDir()
	files := func() int {
		names, err := filepath.Glob(filepath.Join(dir, "tmp", "*", "1"))
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	kill := start(t, "write", dir)
	newBlob(t, dir, "").Close()
	if files() != 1 {
		t.Fatalf("%d temporary files while their process lives", files())
	}
	kill()
	b := newBlob(t, dir, "")
	if files() != 0 {
		t.Errorf("%d temporary files after their process died", files())
	}
	for entry, err := range b.ListKeysAndMetadata(context.Background(), "") {
		t.Errorf("an empty store lists %v, %v", entry, err)
	}
}

func TestAKeyHeldByAnotherProcessIsWaitedForAsLongAsTheCallerLikes(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir)
	kill := start(t, "hold", dir)
	b, hook := hooked(t, dir)
	waiting := make(chan struct{})
	*hook = func(step, _ string) error {
		if step == "lock" {
			waiting <- struct{}{}
		}
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	failures := make(chan error)
	go func() { failures <- b.Set(ctx, "k", []byte("new")) }()
	<-waiting
	cancel()
	err := <-failures
	if !errors.Is(err, context.Canceled) || location.Classify(err) != location.Determinate {
		t.Errorf("set gave up with %v", err)
	}
	go func() { failures <- b.Set(context.Background(), "k", []byte("newer")) }()
	<-waiting
	kill()
	if err := <-failures; err != nil {
		t.Errorf("set after the other process died: %v", err)
	}
	*hook = func(string, string) error { return nil }
	if value, _, err := b.Get(context.Background(), "k"); string(value) != "newer" || err != nil {
		t.Errorf("get reads %q, %v", value, err)
	}
}

func TestOfTwoProcessesThatDeleteAKeyOneIsToldItsSize(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	b := newBlob(t, dir, "sync=false")
	for i := range deletions {
		if err := b.Set(ctx, strconv.Itoa(i), []byte("v")); err != nil {
			t.Fatal(err)
		}
	}
	var outputs [2]bytes.Buffer
	var all sync.WaitGroup
	for i := range outputs {
		cmd := command(t, "delete", dir)
		cmd.Stdout = &outputs[i]
		all.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	told := map[string]int{}
	for _, output := range outputs {
		for _, key := range bytes.Fields(output.Bytes()) {
			told[string(key)]++
		}
	}
	for i := range deletions {
		if key := strconv.Itoa(i); told[key] != 1 {
			t.Errorf("%d processes deleted %s", told[key], key)
		}
	}
}
