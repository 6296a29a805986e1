package proof_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/assay-dev/assay/checker/proof"
)

func TestAnOrderIsReadAsItWasWritten(t *testing.T) {
	for name, order := range map[string]proof.Order{
		"none":  nil,
		"one":   {{Line: 2, At: 0}},
		"a few": {{Line: 9, At: -1 << 63}, {Line: 3, At: 1<<63 - 1}, {Line: 5, At: 7}},
	} {
		t.Run(name, func(t *testing.T) {
			want := &proof.Certificate{Object: "blob", Keys: []proof.Key{{Key: "k", Order: order}}}
			var text strings.Builder
			if err := want.Write(&text); err != nil {
				t.Fatal(err)
			}
			got, err := proof.Read(strings.NewReader(strings.ReplaceAll(text.String(), ",", " ,\n ")))
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("read %v, %v", got, err)
			}
		})
	}
}

func TestAnOrderIsPairsOfIntegers(t *testing.T) {
	for _, order := range []string{`[2]`, `[2,3,4]`, `[2,3.5]`, `[2,"3"]`, `[[2,3]]`, `[2,null]`, `"[2,3]"`, `{}`, `1`} {
		if c, err := proof.Read(strings.NewReader(`{"keys":[{"order":` + order + `}]}`)); err == nil {
			t.Errorf("%s is read as %v", order, c.Keys[0].Order)
		}
	}
}
