package workload

import (
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/workload/history"
)

func TestWrongOptionsAreNamed(t *testing.T) {
	for _, test := range []struct {
		opts Options
		want string // part of the error; "" for none
	}{
		{Options{}, ""},
		{Options{Clients: 1, Keys: 1, Ops: 1, Duration: time.Second, Weights: map[string]int{"head": 0}}, ""},
		{Options{ValueBytes: 20 << 10}, ""},
		{Options{Clients: -1}, "clients -1 is negative"},
		{Options{Timeout: -time.Second}, "timeout -1000000000 is negative"},
		{Options{ValueBytes: 10}, "value bytes 10 is less than 256"},
		{Options{ValueBytes: 2000, LargeBytes: 1000}, "large bytes 1000 is less than value bytes 2000"},
		{Options{Weights: map[string]int{"get": 1}}, `unknown operation "get"; a consensus has compare_and_set, head`},
		{Options{Weights: map[string]int{"head": -2}}, "weight -2 of head is negative"},
		{Options{Weights: map[string]int{"head": 0, "compare_and_set": 0, "scan": 0, "truncate": 0, "list_keys": 0}}, "every operation has weight 0"},
	} {
		err := test.opts.Validate(history.Consensus)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: %v, want %q", test.opts, err, test.want)
		}
	}
}
