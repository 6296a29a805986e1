package blob_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/assay-dev/assay/checker/blob"
	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/shrink"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

const (
	order         = "an order"
	undecided     = "undecided"
	contradiction = "a contradiction"
)

// check returns what was found of the one key of h, and verifies it.
func check(t *testing.T, h *history.History) string {
	t.Helper()
	key := perkey.Split(h, 1)[0]
	r := blob.Check(key, h.Header.Relax)
	claim := proof.Key{Key: key.Key, Order: r.Order}
	found := order
	switch {
	case r.Undecided != "":
		return undecided
	case r.Contradiction != nil:
		about := proof.About{Object: history.Blob, Relax: h.Header.Relax, Key: key.Key, Operations: key.Operations}
		claim.Contradiction, _, _ = shrink.Among(about, proof.Lines(r.Contradiction), nil)
		found = contradiction
	}
	c := &proof.Certificate{Object: history.Blob, Relax: h.Header.Relax, Keys: []proof.Key{claim}}
	if err := proof.Verify(h, h.Header.Relax, c); err != nil {
		t.Errorf("%+v does not hold: %v", r, err)
	}
	return found
}

// at makes an operation of one more process. The size of a value is its number, its
// name v and the number.
func at(call, ret int64, a history.Action) history.Operation {
	op := history.Operation{Key: "k", Call: call, Return: ret, Action: a}
	if _, listing := a.(*history.List); listing {
		op.Key = ""
	}
	return op
}

func unknown(call int64, a history.Action) history.Operation {
	op := at(call, history.Never, a)
	op.Outcome = history.Info
	return op
}

func value(n int64) string            { return fmt.Sprint("v", n) }
func set(n int64) history.Action      { return &history.Set{Value: value(n), Size: n} }
func get(n int64) history.Action      { return &history.Get{Found: true, Value: value(n), Size: n} }
func del(n int64) history.Action      { return &history.Delete{Answered: true, Found: true, Size: n} }
func nothing() history.Action         { return &history.Get{} }
func removesUnknown() *history.Delete { return &history.Delete{} }

func refusal(call, ret int64) history.Operation {
	op := at(call, ret, &history.Restore{Refused: true})
	op.Outcome = history.Fail
	return op
}

func TestBlob(t *testing.T) {
	deleteSize := location.Relaxations{location.RelaxDeleteSize}
	noRestore := location.Relaxations{location.RelaxNoRestore}
	for _, test := range []struct {
		name  string
		relax location.Relaxations
		want  string
		ops   []history.Operation
	}{
		{"zones may touch", nil, order, []history.Operation{
			at(0, 2, set(1)), at(5, 6, get(1)), at(3, 5, set(2)), at(8, 9, get(2))}},
		{"zones do not overlap", nil, contradiction, []history.Operation{
			at(0, 2, set(1)), at(6, 7, get(1)), at(3, 5, set(2)), at(8, 9, get(2))}},
		{"a zone has no place for another value that has to be there at once", nil, contradiction, []history.Operation{
			at(0, 2, set(1)), at(9, 10, get(1)), at(3, 5, set(2))}},
		{"a value waits for the end of a zone", nil, order, []history.Operation{
			at(0, 2, set(1)), at(9, 10, get(1)), at(3, 9, set(2))}},
		{"a zone has no room for an absence", nil, contradiction, []history.Operation{
			at(0, 2, set(1)), at(9, 10, get(1)), at(3, 8, nothing())}},
		{"an absence waits for the delete at the end of a zone", nil, order, []history.Operation{
			at(0, 2, set(1)), at(9, 10, del(1)), at(3, 9, nothing())}},
		{"an absence waits until the very end of one of many zones", nil, order, []history.Operation{
			at(0, 1, set(1)), at(10, 11, get(1)), at(10, 11, set(2)), at(20, 21, get(2)),
			at(20, 21, set(3)), at(30, 31, del(3)), at(30, 31, set(4)), at(40, 41, get(4)), at(5, 30, nothing())}},
		{"nothing is seen before the first value", nil, order, []history.Operation{
			at(0, 5, set(1)), at(1, 2, nothing()), at(6, 7, get(1))}},
		{"nothing is seen after a value without a delete", nil, contradiction, []history.Operation{
			at(0, 2, set(1)), at(3, 4, nothing())}},
		{"an unseen write of unknown outcome did not happen", nil, order, []history.Operation{
			unknown(0, set(1)), at(3, 4, nothing())}},
		{"a seen write of unknown outcome happened, after its call", nil, contradiction, []history.Operation{
			unknown(5, set(1)), at(3, 4, get(1))}},
		{"a delete of unknown outcome works", nil, order, []history.Operation{
			at(0, 2, set(1)), unknown(1, removesUnknown()), at(3, 4, nothing())}},
		{"a delete of unknown outcome works once", nil, contradiction, []history.Operation{
			at(0, 2, set(1)), unknown(1, removesUnknown()), at(3, 4, nothing()), at(5, 6, set(2)), at(7, 8, nothing())}},
		{"a delete of unknown outcome works after its call", nil, contradiction, []history.Operation{
			at(0, 2, set(1)), unknown(5, removesUnknown()), at(3, 4, nothing())}},
		{"a delete of unknown outcome works in no zone", nil, contradiction, []history.Operation{
			at(0, 2, set(1)), unknown(1, removesUnknown()), at(3, 4, nothing()), at(5, 6, get(1))}},
		{"of two deletes the one that can wait least is used first", nil, order, []history.Operation{
			at(0, 1, set(1)), at(2, 3, nothing()), at(4, 5, set(2)), at(6, 7, nothing()),
			at(0, 9, set(8)), at(2, 9, del(8)), at(0, 4, set(9)), at(2, 4, del(9))}},
		{"a delete that can wait least may still be too late", nil, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, nothing()), at(4, 5, set(2)), at(6, 7, nothing()),
			at(0, 3, set(8)), at(2, 3, del(8)), at(0, 3, set(9)), at(2, 3, del(9))}},
		{"one delete that could serve either of two absences is one too few", nil, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, nothing()), at(5, 6, set(2)), at(7, 8, nothing()),
			at(0, 5, set(9)), at(2, 5, del(9))}},
		{"a delete that came too early for an absence does not count", nil, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, nothing()), at(5, 6, set(2)), at(7, 8, nothing()),
			at(0, 4, set(8)), at(2, 4, del(8)), at(0, 4, set(9)), at(2, 4, del(9))}},
		{"a zone with a delete makes room for all that saw nothing", nil, order, []history.Operation{
			at(0, 1, set(1)), at(2, 3, get(1)), at(4, 8, del(1)), at(5, 9, nothing()), at(6, 10, nothing()), at(7, 9, &history.Delete{Answered: true})}},
		{"a delete that found nothing removes nothing", nil, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, &history.Delete{Answered: true})}},
		{"a value is deleted once", nil, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, del(1)), at(2, 3, del(1))}},
		{"a delete reports a size that some value has", nil, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, del(2))}},
		{"a value is read as long as it is", nil, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, &history.Get{Found: true, Value: value(1), Size: 9})}},
		{"nothing is read of a value after its delete", nil, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, del(1)), at(4, 5, get(1))}},
		{"under delete-size two deletes report one value", deleteSize, order, []history.Operation{
			at(0, 1, set(1)), at(2, 5, del(1)), at(2, 5, del(1)), at(3, 4, set(2)), at(6, 7, nothing())}},
		{"under delete-size a value is reported only while it can still be there", deleteSize, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, set(2)), at(2, 4, get(2)), at(5, 6, get(2)), at(7, 8, del(1)), at(9, 10, nothing())}},
		{"a restore of what is there changes nothing", nil, order, []history.Operation{
			at(0, 1, set(1)), at(2, 3, &history.Restore{}), at(4, 5, get(1))}},
		{"a restore brings a deleted value back", nil, order, []history.Operation{
			at(0, 1, set(1)), at(2, 3, del(1)), at(4, 5, &history.Restore{}), at(6, 7, get(1))}},
		{"under no-restore a restore succeeds while the key is there", noRestore, order, []history.Operation{
			at(0, 1, set(1)), at(2, 3, del(1)), at(1, 5, &history.Restore{}), at(6, 7, nothing())}},
		{"under no-restore a restore of unknown outcome brings nothing back", noRestore, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, &history.Restore{}), at(4, 5, del(1)), unknown(6, &history.Restore{}), at(8, 9, get(1))}},
		{"a restore is not refused after one that succeeded", nil, contradiction, []history.Operation{
			unknown(0, set(1)), unknown(0, removesUnknown()), at(2, 3, &history.Restore{}), refusal(4, 5)}},
		{"a delete that does not tell what it removed removes what is there", nil, order, []history.Operation{
			at(0, 1, set(1)), at(2, 3, removesUnknown()), at(4, 5, nothing()), at(6, 7, &history.Restore{}), at(8, 9, get(1))}},
		{"a restore of unknown outcome is kept for when it is needed", nil, order, []history.Operation{
			unknown(0, &history.Restore{}), at(0, 12, set(1)), at(1, 17, &history.Restore{}), at(2, 8, &history.Restore{}),
			at(3, 21, del(1)), at(11, 24, removesUnknown()), at(11, 19, nothing()), at(18, 30, set(2)),
			at(21, 25, removesUnknown()), at(25, 31, nothing()), at(26, 30, get(1))}},
		{"under no-restore one of two unseen values is kept for when something has to be there", noRestore, order, []history.Operation{
			at(0, 4, nothing()), unknown(8, set(1)), unknown(8, set(2)), at(8, 17, &history.Restore{}),
			at(16, 18, del(2)), refusal(18, 21), at(20, 26, &history.Restore{})}},
		{"under no-restore one of two sets without a witness is kept for when something has to be there", noRestore, order, []history.Operation{
			at(3, 8, set(1)), at(5, 11, &history.Restore{}), at(5, 14, set(2)), unknown(0, removesUnknown()),
			refusal(14, 15), unknown(17, removesUnknown()), at(17, 22, &history.Restore{})}},
		{"a refused restore comes before everything", nil, order, []history.Operation{
			at(0, 5, set(1)), refusal(3, 4), at(6, 7, del(1)), at(8, 9, nothing())}},
		{"a restore is refused only before everything", nil, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, del(1)), refusal(4, 5)}},
		{"under no-restore a restore is refused wherever nothing is", noRestore, order, []history.Operation{
			at(0, 1, set(1)), at(2, 3, del(1)), refusal(4, 5)}},
		{"a listing is a read of the size", nil, order, []history.Operation{
			at(0, 9, set(1)), at(1, 2, &history.List{Entries: []location.BlobMetadata{{Key: "k", Size: 1}}})}},
		{"a listing that covers the key and does not name it saw nothing", nil, contradiction, []history.Operation{
			at(0, 1, set(1)), at(2, 3, &history.List{Prefix: "k"})}},
		{"of two values with one name only a search knows which was seen", nil, undecided, []history.Operation{
			at(0, 1, set(1)), at(2, 3, set(1)), at(4, 5, get(1))}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := &history.History{Header: history.Header{Object: history.Blob, Relax: test.relax}, Operations: test.ops}
			for i := range h.Operations {
				h.Operations[i].Process, h.Operations[i].Line = i, i+2
			}
			if got := check(t, h); got != test.want {
				t.Errorf("found %s, want %s", got, test.want)
			}
		})
	}
}

func TestUniqueValuesAreNeverUndecided(t *testing.T) {
	found := map[string]int{}
	src := rand.New(rand.NewPCG(1, 1))
	for i := range 3000 {
		h := randhist.Absences(src)
		if i%3 > 0 {
			h = randhist.Generate(src, randhist.Options{Object: history.Blob, Operations: 15, Restores: i%3 == 1})
		}
		if len(perkey.Split(h, 1)) == 1 {
			found[check(t, h)]++
		}
	}
	t.Log(found)
	if found[undecided] > 0 {
		t.Errorf("%d are undecided", found[undecided])
	}
}
