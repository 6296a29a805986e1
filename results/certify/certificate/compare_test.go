package certificate_test

import (
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results/certify/certificate"
	"github.com/assay-dev/assay/results/certify/suite"
)

func TestWhatBecameWorseIsTold(t *testing.T) {
	issue := func(relax []location.Relaxation, change func(s *suite.Suite, rs []certificate.Run) []certificate.Run) *certificate.Certificate {
		s := demanded(relax...)
		all := runs(s)
		if change != nil {
			all = change(&s, all)
		}
		return certificate.New(s, suite.Shard{}, all, made)
	}
	stale := []location.Relaxation{location.RelaxStaleHead}
	good, relaxed := issue(nil, nil), issue(stale, nil)
	bad := issue(nil, func(_ *suite.Suite, rs []certificate.Run) []certificate.Run { breaks(&rs[0], "C6"); return rs })
	fewer := issue(nil, func(_ *suite.Suite, rs []certificate.Run) []certificate.Run { return rs[1:] })
	without := issue(nil, func(s *suite.Suite, rs []certificate.Run) []certificate.Run { s.Stores = s.Stores[1:]; return rs })
	for _, c := range []struct {
		name          string
		before, now   *certificate.Certificate
		worse, better string // is told; nothing when empty
	}{
		{"the same", good, good, "", ""},
		{"broken", good, bad, "store log: C6 is broken, and before it holds strictly", ""},
		{"mended", bad, good, "", "store log: C6 holds strictly, and before it is broken"},
		{"relaxed", good, relaxed, "store log: C6 holds under stale-head, and before it holds strictly", ""},
		{"tightened", relaxed, good, "", "store log: C7 holds strictly"},
		{"a run less", good, fewer, "store log: 1 run of 2 not run any more", ""},
		{"a store less", good, without, "store log is no longer certified", ""},
		{"a store more", without, good, "", "store log is new"},
	} {
		got := certificate.Compare(c.before, c.now)
		worse, better := strings.Join(got.Worse, "\n"), strings.Join(got.Better, "\n")
		if !strings.Contains(worse, c.worse) || c.worse == "" && worse != "" {
			t.Errorf("%s: worse is\n%s\nwant %s", c.name, worse, c.worse)
		}
		if !strings.Contains(better, c.better) || c.better == "" && better != "" {
			t.Errorf("%s: better is\n%s\nwant %s", c.name, better, c.better)
		}
	}
}
