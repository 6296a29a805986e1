package location_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
)

func TestASeqNoReadsBackFromItsText(t *testing.T) {
	for text, n := range map[string]location.SeqNo{
		"v0": 0, "v42": 42, "v9223372036854775807": location.MaxSeqNo, "v18446744073709551615": math.MaxUint64,
	} {
		if n.String() != text {
			t.Errorf("%d prints as %q, want %q", uint64(n), n, text)
		}
		if got, err := location.ParseSeqNo(text); err != nil || got != n {
			t.Errorf("parse %q: %v, %v", text, got, err)
		}
	}
}

func TestParsingASeqNoSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]error{
		"": location.ErrSeqNoPrefix, "42": location.ErrSeqNoPrefix, "V42": location.ErrSeqNoPrefix, " v42": location.ErrSeqNoPrefix,
		"v": location.ErrSeqNoNumber, "v-1": location.ErrSeqNoNumber, "v+1": location.ErrSeqNoNumber, "v07": location.ErrSeqNoNumber,
		"v1_0": location.ErrSeqNoNumber, "v4 ": location.ErrSeqNoNumber, "vv4": location.ErrSeqNoNumber,
		"v18446744073709551616": location.ErrSeqNoNumber,
	} {
		_, err := location.ParseSeqNo(text)
		if !errors.Is(err, want) || !strings.Contains(err.Error(), `"`+text+`"`) {
			t.Errorf("parse %q: %v, want %v and the text in quotes", text, err, want)
		}
	}
}

func TestASeqNoIsANumberInJSONAndTextAsAKey(t *testing.T) {
	type record struct {
		N    location.SeqNo
		None *location.SeqNo
		By   map[location.SeqNo]string
	}
	in := record{N: math.MaxUint64, By: map[location.SeqNo]string{7: "x"}}
	text, err := json.Marshal(in)
	if want := `{"N":18446744073709551615,"None":null,"By":{"v7":"x"}}`; err != nil || string(text) != want {
		t.Fatalf("got %s, %v; want %s", text, err, want)
	}
	var out record
	if err := json.Unmarshal(text, &out); err != nil || out.N != in.N || out.None != nil || out.By[7] != "x" {
		t.Errorf("read back %+v, %v", out, err)
	}
}

func TestJSONThatIsNoVersionNumberIsRefused(t *testing.T) {
	for _, text := range []string{`"v-1"`, `-1`, `1.5`, `1e3`, `null`, `true`, `18446744073709551616`} {
		n := location.SeqNo(5)
		if err := json.Unmarshal([]byte(text), &n); !errors.Is(err, location.ErrSeqNoNumber) || n != 5 {
			t.Errorf("read %s: %v, %v", text, n, err)
		}
	}
	var n location.SeqNo
	if err := n.UnmarshalText([]byte("1")); !errors.Is(err, location.ErrSeqNoPrefix) {
		t.Errorf("text without v: %v", err)
	}
}

func TestLegalSeqNosFitASignedBigint(t *testing.T) {
	for n, want := range map[location.SeqNo]bool{0: true, location.MaxSeqNo: true, location.MaxSeqNo + 1: false, math.MaxUint64: false} {
		if n.Legal() != want {
			t.Errorf("%v is legal: %t, want %t", n, n.Legal(), want)
		}
	}
	if location.MinSeqNo.Next() != 1 || location.MinSeqNo != 0 {
		t.Error("the minimum is 0 and Next adds one")
	}
}

func TestResultsPrintAsWords(t *testing.T) {
	if location.Committed.String() != "committed" || location.ExpectationMismatch.String() != "expectation mismatch" {
		t.Errorf("%v, %v", location.Committed, location.ExpectationMismatch)
	}
}
