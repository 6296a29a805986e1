package job

import (
	"errors"
	"strings"
	"testing"

	"github.com/assay-dev/assay/workload/history"
)

func TestOfAStoreThatFellSilentIsToldWhatItAcknowledged(t *testing.T) {
	h := &history.History{Operations: []history.Operation{
		{Key: "a", Return: 9, Line: 2, Action: &history.CompareAndSet{Committed: true}},
		{Key: "b", Return: 7, Line: 3, Action: &history.CompareAndSet{Committed: true}},
		{Key: "c", Return: 10, Line: 4, Action: &history.CompareAndSet{}},
		{Key: "d", Return: 11, Line: 5, Action: &history.Head{}},
		{Key: "e", Return: 12, Line: 6, Action: &history.CompareAndSet{Committed: true}, Outcome: history.Info},
	}}
	cause := errors.New("no such file")
	const lost = `2 writes that it acknowledged cannot be read, the last one the compare_and_set of key "a" in line 2`
	for _, c := range []struct {
		name  string
		cut   error
		h     *history.History
		tells []string
	}{
		{"it acknowledged writes", &silentError{cause}, h, []string{"the store does not answer any more: no such file", lost, "server.log"}},
		{"it acknowledged none", &silentError{cause}, &history.History{}, []string{"the store does not answer any more", "server.log"}},
		{"something else went wrong", cause, h, []string{"no such file"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			reason := reasonOf(c.cut, c.h)
			for _, text := range c.tells {
				if !strings.Contains(reason, text) {
					t.Errorf("%q does not say %q", reason, text)
				}
			}
			if told := strings.Contains(reason, "writes"); told != strings.Contains(strings.Join(c.tells, ""), "writes") {
				t.Errorf("it says %q", reason)
			}
		})
	}
}
