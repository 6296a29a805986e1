package workload

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
	"github.com/assay-dev/assay/workload/history"
)

// fickle is a hook that takes its time and fails in both ways, at random.
func fickle(seed uint64) hook {
	var mu sync.Mutex
	rng := newRand(seed, 0)
	return func(context.Context, string) error {
		mu.Lock()
		delay, fate := time.Duration(rng.Int64N(int64(time.Millisecond))), rng.IntN(10)
		mu.Unlock()
		time.Sleep(delay) // in a bubble: the store's latency
		switch fate {
		case 0:
			return location.NewIndeterminate(errors.New("lost"))
		case 1:
			return location.NewDeterminate(errors.New("refused"))
		}
		return nil
	}
}

func TestTheSameSeedRequestsTheSameWhateverTheStoreAnswers(t *testing.T) {
	opts := Options{Clients: 3, Keys: 4, Ops: 3000, Seed: 7}
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		t.Run(string(object), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				quick := requested(run(t, object, opts, noHook), opts)
				slow := requested(run(t, object, opts, fickle(1)), opts)
				slower := requested(run(t, object, opts, fickle(2)), opts)
				for client := range opts.Clients {
					if len(quick[client]) != 1000 {
						t.Errorf("client %d requested %d times", client, len(quick[client]))
					}
					for i := range quick[client] {
						if a, b, c := quick[client][i], slow[client][i], slower[client][i]; a != b || a != c {
							t.Fatalf("client %d, request %d: %q, %q, %q", client, i, a, b, c)
						}
					}
				}
				other := opts
				other.Seed++
				if slices.Equal(quick[0], requested(run(t, object, other, noHook), opts)[0]) {
					t.Error("another seed requests the same")
				}
			})
		})
	}
}

var generation = regexp.MustCompile(`\.\d+/`)

// requested is what can be told of each client's requests from a history: all but
// what depends on the store's answers and on how far the other clients are.
func requested(operations []history.Operation, opts Options) [][]string {
	clients := make([][]string, 2*opts.Clients)
	for i := range operations {
		op := &operations[i]
		text := op.Action.Name() + " " + generation.ReplaceAllString(op.Key, "/")
		client := clientOf(op, opts)
		if !strings.HasPrefix(op.Key, fmt.Sprintf("once/%d/", client)) && strings.HasPrefix(op.Key, "once/") {
			text = op.Action.Name() + " " + strings.Join(strings.Split(op.Key, "/")[:2], "/")
		}
		switch a := op.Action.(type) {
		case *history.CompareAndSet:
			text += " " + named(a.New.Value, client, len(clients[client]))
		case *history.Scan:
			text += fmt.Sprint(" ", a.Limit)
		case *history.Set:
			text += " " + named(a.Value, client, len(clients[client]))
		}
		clients[client] = append(clients[client], text)
	}
	return clients
}

// named is the name of a value, or the one that an empty value would have: whether one
// is empty in the end depends on how many the key has had.
func named(value string, client, before int) string {
	if value == body.EmptyName {
		return valueName(client, int64(before)+1)
	}
	return value
}

func TestRequestsPrintAndRepeat(t *testing.T) {
	consensus, blob := Options{Seed: 1}.withDefaults(history.Consensus), Options{Seed: 1}.withDefaults(history.Blob)
	a, b := newConsensusRequests(&consensus, 3), newConsensusRequests(&consensus, 3)
	c, d := newBlobRequests(&blob, 3), newBlobRequests(&blob, 3)
	for range 2000 {
		if x, y := a.next().String(), b.next().String(); x != y || len(x) < 4 {
			t.Fatalf("%q, %q", x, y)
		}
		if x, y := c.next().String(), d.next().String(); x != y || len(x) < 4 {
			t.Fatalf("%q, %q", x, y)
		}
	}
}

func TestEveryKindOfTroubleIsRequested(t *testing.T) {
	consensus, blob := Options{}.withDefaults(history.Consensus), Options{}.withDefaults(history.Blob)
	seen := map[string]int{}
	requests := newConsensusRequests(&consensus, 0)
	for range 20_000 {
		r := requests.next()
		seen[r.op]++
		if r.op == "compare_and_set" {
			seen["expect "+string(r.expect)]++
			seen[fmt.Sprintf("gap %t", r.gap > 1)]++
			seen[fmt.Sprintf("empty %t, large %t", r.size == 0, r.size >= consensus.LargeBytes)]++
		} else if r.op != "head" && r.op != "list_keys" {
			seen[r.op+" "+string(r.bound)]++
			seen[fmt.Sprintf("%s limit %d", r.op, r.limit)]++
		}
	}
	blobs := newBlobRequests(&blob, 0)
	for range 20_000 {
		r := blobs.next()
		seen[r.op+" "+string(r.place)]++
		seen[fmt.Sprintf("%s of %s", r.op, r.scope)]++
	}
	for _, kind := range []string{
		"compare_and_set", "head", "scan", "truncate", "list_keys",
		"expect the head just read", "expect what was last seen", "expect the last attempt", "expect nothing",
		"expect below what was last seen", "expect above what was last seen", "expect what was last seen, to move backward",
		"expect what was last seen, to move above the legal end", "expect what was last seen, to move to the legal end",
		"gap true", "gap false", "empty true, large false", "empty false, large true",
		"truncate what was last seen", "truncate below what was last seen", "truncate above what was last seen", "truncate v0",
		"scan what was last seen", "scan below what was last seen", "scan above what was last seen", "scan v0",
		"scan limit 0", "scan limit 1", "scan limit 5", fmt.Sprintf("scan limit %d", int64(location.ScanAll)),
		"get own", "get other", "get hot", "get burst", "set own", "set hot", "set burst",
		"delete own", "delete other", "delete hot", "delete burst", "restore own", "restore other", "restore burst",
		"list own", "list other", "list hot", "list burst", "list of the directory", "list of the directory without its slash", "list of the key",
	} {
		if seen[kind] == 0 {
			t.Errorf("never requested: %s", kind)
		}
	}
}

func TestClientsMeetOnFreshKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := Options{Ops: 5000}
		clients := map[string]map[int]bool{}
		for _, op := range run(t, history.Consensus, opts, latency) {
			if clients[op.Key] == nil {
				clients[op.Key] = map[int]bool{}
			}
			clients[op.Key][clientOf(&op, opts.withDefaults(history.Consensus))] = true
		}
		if len(clients["k0/a"]) < 10 || len(clients["k0.2/a"]) < 10 {
			t.Errorf("%d clients worked on the first key of the hot slot, %d on the second", len(clients["k0/a"]), len(clients["k0.2/a"]))
		}
	})
}

func TestListingsGrowRarerThanTheKeysGrowMany(t *testing.T) {
	consensus, blob := Options{}.withDefaults(history.Consensus), Options{}.withDefaults(history.Blob)
	requests, blobs := newConsensusRequests(&consensus, 0), newBlobRequests(&blob, 0)
	early, late := 0, 0
	for i := range 40 * manyRequests {
		listings := count(requests.next().op == "list_keys") + count(blobs.next().op == "list")
		if i < manyRequests {
			early += listings
		} else if i >= 20*manyRequests {
			late += listings
		}
	}
	if early < 50 || late == 0 || late > 2*early {
		t.Errorf("%d listings among the first requests, %d among twenty times as many later", early, late)
	}
}

func TestAWeightOfZeroMeansNever(t *testing.T) {
	opts := Options{Clients: 2, Ops: 2000, Weights: map[string]int{"delete": 0, "restore": 0, "list": 0}}
	for _, op := range run(t, history.Blob, opts, noHook) {
		if name := op.Action.Name(); clientOf(&op, opts) < 2 && name != "get" && name != "set" {
			t.Fatalf("%s was requested", name)
		}
	}
}

func TestAMixOnConsensusCommitsAndConflicts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var committed, mismatched, backward, beyond, deleted int
		for _, op := range run(t, history.Consensus, Options{Ops: 5000}, latency) {
			switch a := op.Action.(type) {
			case *history.CompareAndSet:
				switch {
				case a.New.SeqNo > location.MaxSeqNo:
					beyond += count(op.Outcome == history.Fail)
				case a.HasExpected && a.New.SeqNo <= a.Expected:
					backward += count(op.Outcome == history.Fail)
				case a.Committed:
					committed++
				default:
					mismatched++
				}
			case *history.Truncate:
				if a.Deleted > 0 {
					deleted++
				}
			}
		}
		if committed < 700 || mismatched < 300 || backward < 10 || beyond < 5 || deleted < 50 {
			t.Errorf("%d committed, %d mismatched, %d and %d refused, %d truncations deleted something", committed, mismatched, backward, beyond, deleted)
		}
	})
}

// latency is a hook that lets the clock of a bubble advance.
func latency(context.Context, string) error {
	time.Sleep(time.Millisecond)
	return nil
}

func TestNoTwoWritesShareANameNorASizeOnOneKey(t *testing.T) {
	type sized struct {
		key  string
		size int64
	}
	names, sizes := map[string]bool{}, map[sized]bool{}
	opts := Options{Clients: 7, Keys: 3, Ops: 15_000, Seed: 3}
	perKey := map[string]int{}
	for _, op := range run(t, history.Blob, opts, noHook) {
		a, ok := op.Action.(*history.Set)
		if !ok {
			continue
		}
		if sizes[sized{op.Key, a.Size}] {
			t.Fatalf("%q is set twice to %d bytes", op.Key, a.Size)
		}
		if (a.Size == 0) != (a.Value == "empty") || a.Size > 0 && names[a.Value] {
			t.Fatalf("%q of %d bytes is written twice, or wrongly called", a.Value, a.Size)
		}
		sizes[sized{op.Key, a.Size}], names[a.Value] = true, true
		perKey[op.Key]++
	}
	once := 0
	for _, n := range perKey {
		if n == 1 {
			once++
		}
	}
	if once*2 < len(perKey) {
		t.Errorf("only %d of %d keys are written once", once, len(perKey))
	}
	names, empty := map[string]bool{}, map[string]bool{}
	for _, op := range run(t, history.Consensus, opts, noHook) {
		a, ok := op.Action.(*history.CompareAndSet)
		if !ok {
			continue
		}
		if a.New.Value == "empty" {
			if empty[op.Key] {
				t.Fatalf("%q gets a second empty value", op.Key)
			}
			empty[op.Key] = true
		} else if names[a.New.Value] {
			t.Fatalf("%q is written twice", a.New.Value)
		}
		names[a.New.Value] = true
	}
	if len(empty) == 0 {
		t.Error("no empty value was written")
	}
}

func TestOnlyOneSetOfASharedKeyIsEmpty(t *testing.T) {
	opts := Options{Clients: 2}.withDefaults(history.Blob)
	for client, want := range []bool{true, false} {
		w := &blobWorker{object: newBlobObject(nil, opts), client: client}
		empty, shared, wish := 0, new(sharedKey), blobRequest{op: "set", place: placeHot, at: 0, size: 0}
		for range 3 {
			empty += count(w.uniqueSize(wish, shared) == 0)
		}
		if empty != count(want) {
			t.Errorf("client %d sets %d empty values", client, empty)
		}
	}
}
