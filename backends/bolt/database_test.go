package bolt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/location"
)

// childVariable tells the test binary, when it is started as another process, which
// file to hold open.
const childVariable = "ASSAY_BOLT_TEST_CHILD"

// IsChild reports whether this program was started as the other process.
func IsChild() bool { return os.Getenv(childVariable) != "" }

// Child is what the other process does, and its exit code.
func Child() int {
	if _, err := openDatabase(os.Getenv(childVariable), true); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1)) // until the test ends or kills
	return 0
}

func TestAFileOfAnotherProcessIsAClearErrorUntilThatProcessDies(t *testing.T) {
	name := filepath.Join(t.TempDir(), "db")
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+name)
	out, outErr := cmd.StdoutPipe()
	_, inErr := cmd.StdinPipe()
	if err := errors.Join(outErr, inErr, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	_, err := OpenConsensus(context.Background(), "bolt://"+name)
	if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "another process has it open") {
		t.Errorf("opening a file that another process holds: %v", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	newConsensus(t, name, "")
}

func TestAFileThatLostPagesIsAClearError(t *testing.T) {
	for name, damage := range map[string]func(content []byte) []byte{
		"they are empty": func(content []byte) []byte {
			clear(content[2*os.Getpagesize():])
			return content
		},
		"they are missing": func(content []byte) []byte { return content[:2*os.Getpagesize()] },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "db")
			newConsensus(t, path, "").Close()
			content, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, damage(content), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			_, err = OpenConsensus(t.Context(), "bolt://"+path)
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "damaged") {
				t.Errorf("opening it: %v", err)
			}
		})
	}
}

func TestAllNamesOfAFileShareIt(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	alias := filepath.Join(t.TempDir(), "alias")
	if err := os.Symlink(dir, alias); err != nil {
		t.Fatal(err)
	}
	first := newConsensus(t, filepath.Join(dir, "db"), "")
	second := newConsensus(t, filepath.Join(alias, ".", "db"), "")
	if result, err := first.CompareAndSet(ctx, "k", nil, location.VersionedData{SeqNo: 7}); result != location.Committed {
		t.Fatal(result, err)
	}
	first.Close()
	if head, found, err := second.Head(ctx, "k"); !found || head.SeqNo != 7 {
		t.Errorf("the other handle reads %v, %t, %v", head, found, err)
	}
	_, err := OpenConsensus(ctx, "bolt://"+dir+"/db?sync=false")
	if !errors.Is(err, location.ErrInvalidArgument) {
		t.Errorf("opening the same file without syncs: %v", err)
	}
	second.Close()
	if head, found, err := newConsensus(t, filepath.Join(dir, "db"), "sync=false").Head(ctx, "k"); !found || head.SeqNo != 7 {
		t.Errorf("the file holds %v, %t, %v", head, found, err)
	}
}

func TestAMissingDirectoryIsAnError(t *testing.T) {
	if _, err := OpenConsensus(context.Background(), "bolt://"+t.TempDir()+"/no/db"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opening a file in no directory: %v", err)
	}
}

func TestAWriteThatIsGivenUpWhileItWaitsIsDeterminate(t *testing.T) {
	c := newConsensus(t, filepath.Join(t.TempDir(), "db"), "")
	ctx, cancel := context.WithCancel(context.Background())
	err := c.db.write(context.Background(), func(*bbolt.Bucket) (bool, error) {
		cancel()
		// Start would refuse the cancelled context before it came to waiting.
		err := c.db.write(ctx, func(*bbolt.Bucket) (bool, error) { return false, nil })
		if !errors.Is(err, context.Canceled) || location.Classify(err) != location.Determinate {
			t.Errorf("the write that waited: %v", err)
		}
		return false, nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestACommitThatFailsIsIndeterminateAndSettledBeforeTheNextAnswer(t *testing.T) {
	ctx := context.Background()
	c := newConsensus(t, filepath.Join(t.TempDir(), "db"), "")
	set := func(expected *location.SeqNo, next location.SeqNo, size int) error {
		_, err := c.CompareAndSet(ctx, "k", expected, location.VersionedData{SeqNo: next, Data: make([]byte, size)})
		return err
	}
	if err := set(nil, 1, 10); err != nil {
		t.Fatal(err)
	}
	c.db.bolt.MaxSize = 1 // the file may not grow
	err := set(new(location.SeqNo(1)), 2, 10<<20)
	if err == nil || location.Classify(err) != location.Indeterminate || !strings.Contains(err.Error(), `compare-and-set "k"`) {
		t.Errorf("the failed commit: %v", err)
	}
	if !c.db.doubtful {
		t.Error("nobody is told that the file's state is in doubt")
	}
	if head, found, err := c.Head(ctx, "k"); head.SeqNo != 1 || !found || err != nil {
		t.Errorf("head = %v, %t, %v", head.SeqNo, found, err)
	}
	if c.db.doubtful {
		t.Error("the head was read before the doubt was settled")
	}
	c.db.bolt.MaxSize = 0
	if err := set(new(location.SeqNo(1)), 2, 10<<20); err != nil {
		t.Errorf("the store does not recover: %v", err)
	}
}

// TestItAnswersAsTheStoreInMemory drives both with the same operations, on keys whose
// addresses are neighbours and with enough versions for many pages.
func TestItAnswersAsTheStoreInMemory(t *testing.T) {
	ctx := context.Background()
	name := filepath.Join(t.TempDir(), "db")
	store := newConsensus(t, name, "sync=false")
	model, err := mem.OpenConsensus(ctx, "mem:")
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	keys := []string{"a", "aa", "a\x01", "a\xc2\x80", "b", "a/b", strings.Repeat("z", maxKeyBytes)}
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 5000 {
		if i%1000 == 999 {
			store.Close()
			store = newConsensus(t, name, "sync=false")
		}
		step := randomStep(ctx, random, keys[random.IntN(len(keys))])
		if got, want := step.on(store), step.on(model); !reflect.DeepEqual(got, want) {
			t.Fatalf("step %d, %s:\n got %v\nwant %v", i, step.name, got, want)
		}
	}
}

// A step is one operation with its arguments, and the answer of a store as text.
type step struct {
	name string
	on   func(location.Consensus) string
}

func randomStep(ctx context.Context, random *rand.Rand, key string) step {
	n := location.SeqNo(random.IntN(300))
	switch random.IntN(8) {
	case 0:
		limit := random.Int64N(20)
		return step{fmt.Sprintf("scan %.5q %v %d", key, n, limit), func(c location.Consensus) string {
			return fmt.Sprintln(c.Scan(ctx, key, n, limit))
		}}
	case 1:
		return step{fmt.Sprintf("truncate %.5q %v", key, n), func(c location.Consensus) string {
			return fmt.Sprintln(c.Truncate(ctx, key, n))
		}}
	case 2:
		return step{"list keys", func(c location.Consensus) string {
			var all []string
			for key, err := range c.ListKeys(ctx) {
				all = append(all, fmt.Sprint(key, err))
			}
			slices.Sort(all)
			return strings.Join(all, " ")
		}}
	case 3:
		return step{fmt.Sprintf("create %.5q", key), func(c location.Consensus) string {
			return fmt.Sprintln(c.CompareAndSet(ctx, key, nil, location.VersionedData{SeqNo: n}))
		}}
	default: // behind the head, whatever it is
		return step{fmt.Sprintf("append to %.5q", key), func(c location.Consensus) string {
			head, found, err := c.Head(ctx, key)
			result, casErr := c.CompareAndSet(ctx, key, &head.SeqNo, location.VersionedData{SeqNo: head.SeqNo + 1, Data: fmt.Append(nil, n)})
			return fmt.Sprintln(head, found, err, result, casErr)
		}}
	}
}
