package exchange_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/assay-dev/assay/workload/history"
	"github.com/assay-dev/assay/workload/history/exchange"
)

func held(value string) history.Content { return history.Content{Found: true, Value: value} }

// operation is one at the instants call and after, on the only register.
func operation(process int, call, after int64, outcome history.Outcome, a history.Action) history.Operation {
	return history.Operation{Process: process, Key: exchange.Key, Call: call, Return: after, Outcome: outcome, Action: a}
}

func TestJepsenHistoriesAreImported(t *testing.T) {
	read, wrote := &history.RegisterRead{Held: held("3")}, &history.RegisterWrite{New: held("3")}
	twoOperations := []history.Operation{operation(0, 1, 3, history.Ok, wrote), operation(1, 2, 4, history.Ok, read)}
	failed := operation(0, 1, 2, history.Fail, &history.RegisterSwap{Old: held("1"), New: held("2")})
	mismatch := operation(0, 1, 2, history.Ok, &history.RegisterSwap{Old: held("1"), New: held("2")})
	timedOut := operation(0, 1, 2, history.Info, &history.RegisterWrite{New: held("4")})
	timedOut.Error = ":timed-out"
	for name, c := range map[string]struct {
		text    string
		options exchange.Options
		want    []history.Operation
	}{
		"a map in each line": {text: `{:type :invoke, :f :write, :value 3, :process 0}
{:type :invoke, :f :read, :value nil, :process 1}
{:type :ok, :f :write, :value 3, :process 0}
{:process 1, :value 3, :f :read, :type :ok}
`, want: twoOperations},
		"one vector, with tags, comments and the nemesis": {text: `[#jepsen.history.Op{:type :invoke, :f :write, :value 3, :process 0}
			{:type :info, :f :kill, :process :nemesis, :value {:n1 "x"}} ; a note
			#jepsen.history.Op{:type :invoke, :f :read, :process 1} {:type :ok :f :write :value 3 :process 0} {:type :ok :f :read :value 3 :process 1}]`, want: twoOperations},
		"lines of a history.txt": {text: "0\t:invoke\t:write\t3\n:nemesis\t:info\t:start\tnil\n1\t:invoke\t:read\tnil\n0\t:ok\t:write\t3\n\n1\t:ok\t:read\t3\n", want: twoOperations},
		"a log": {text: "INFO  other.thing - started [\"\nINFO  jepsen.util - 0\t:invoke\t:write\t3\nINFO  jepsen.util - 1   :invoke :read   nil\n" +
			"junk\nINFO  jepsen.util - 0\t:ok\t:write\t3\nINFO  jepsen.util - 1\t:ok\t:read\t3\n", want: twoOperations},
		"times, some of them equal": {text: `{:type :invoke, :f :write, :value 3, :process 0, :time -5}
{:type :invoke, :f :read, :value nil, :process 1, :time 10}
{:type :ok, :f :write, :value 3, :process 0, :time 10}
{:type :ok, :f :read, :value 3, :process 1, :time 1000}`,
			want: []history.Operation{operation(0, 0, 16, history.Ok, wrote), operation(1, 15, 1005, history.Ok, read)}},
		"keys": {text: `{:type :invoke, :f :cas, :value ["a" [nil 2]], :process 0}
{:type :ok, :f :cas, :value ["a" [nil 2]], :process 0}
{:type :invoke, :f :read, :value [7 nil], :process 0}
{:type :ok, :f :read, :value [7 nil], :process 0}`,
			want: []history.Operation{
				{Key: "a", Call: 1, Return: 2, Action: &history.RegisterSwap{New: held("2"), Swapped: true}},
				{Key: "7", Call: 3, Return: 4, Action: &history.RegisterRead{}},
			}},
		"a swap that failed": {text: `{:type :invoke, :f :cas, :value [1 2], :process 0}
{:type :fail, :f :cas, :value [1 2], :process 0}`, want: []history.Operation{failed}},
		"a swap that saw another value": {text: `{:type :invoke, :f :cas, :value [1 2], :process 0}
{:type :fail, :f :cas, :value [1 2], :process 0}`, options: exchange.Options{FailedSwapIsMismatch: true}, want: []history.Operation{mismatch}},
		"an unknown outcome": {text: "0 :invoke :write 4\n0 :info :write :timed-out\n", want: []history.Operation{timedOut}},
		"what never ended": {text: "0 :invoke :write 3\n1 :invoke :read nil\n1 :ok :read 3",
			want: []history.Operation{operation(0, 1, history.Never, history.Info, wrote), operation(1, 2, 3, history.Ok, read)}},
		"operations that are left out": {text: "0 :invoke :scan 9\n0 :ok :scan 8\n0 :invoke :write 3\n0 :ok :write 3\n", options: exchange.Options{Skip: []string{"scan"}},
			want: []history.Operation{operation(0, 1, 2, history.Ok, wrote)}},
		"values that look alike": {text: "0 :invoke :write 3\n0 :ok :write 3\n0 :invoke :write \"3\"\n0 :ok :write \"3\"\n0 :invoke :write \"\"\n0 :ok :write \"\"\n",
			want: []history.Operation{operation(0, 1, 2, history.Ok, wrote), operation(0, 3, 4, history.Ok, &history.RegisterWrite{New: held(`"3"`)}),
				operation(0, 5, 6, history.Ok, &history.RegisterWrite{New: held(`""`)})}},
	} {
		h, err := exchange.Import(strings.NewReader(c.text), c.options)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i := range c.want {
			c.want[i].Line = i + 2
		}
		if !reflect.DeepEqual(h.Operations, c.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", name, lines(t, h.Operations), lines(t, c.want))
		}
	}
}

// lines shows operations as a history file does.
func lines(t testing.TB, operations []history.Operation) string {
	t.Helper()
	var b strings.Builder
	h := &history.History{Header: history.Header{Object: history.Register}, Operations: operations}
	if err := exchange.Export(&b, h, exchange.Lines); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhatIsNoRegisterHistoryIsRefused(t *testing.T) {
	const begin = "0 :invoke :read nil\n"
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                     {"", "no operations"},
		"only the nemesis":            {":nemesis :info :start nil\n", "no operations"},
		"another operation":           {"0 :invoke :append 3\n0 :ok :append 3\n", ":append is no operation of a register"},
		"two at once":                 {begin + begin, "line 2: process 0 begins"},
		"an end without a beginning":  {begin + "1 :ok :read nil\n", "line 2: process 1 ends"},
		"an end of something else":    {begin + "0 :ok :write nil\n", "line 2: process 0 ends :write and began :read on line 1"},
		"no EDN":                      {begin + "0 :ok :read [\n", "line 2: no EDN"},
		"no operation":                {begin + "hello\n", "line 2"},
		"a line cut off":              {begin + "0 :ok\n", "line 2"},
		"a line of a log cut off":     {"x jepsen.util - 0 :invoke :read nil\nx jepsen.util - 0 :o", "line 2"},
		"a map that is none":          {"{:type :invoke :f :read :process 0}\n7\n", "line 2"},
		"a map without a type":        {"{:type :invoke :f :read :process 0}\n{:f :read :process 0}\n", "line 2"},
		"a vector that does not end":  {"[{:type :invoke :f :read :process 0}\n", "missing at the end"},
		"something after the history": {"[]\n{}", "line 2"},
		"a swap of one value":         {"0 :invoke :cas 3\n0 :ok :cas 3\n", "wanted is [old new]"},
		"a read of another key":       {"0 :invoke :read [1 nil]\n0 :ok :read [2 nil]\n", "a read of key 1 ends as one of key 2"},
		"a read without its key":      {"0 :invoke :read [1 nil]\n0 :ok :read 3\n", "has no key"},
	} {
		if _, err := exchange.Import(strings.NewReader(c.text), exchange.Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
