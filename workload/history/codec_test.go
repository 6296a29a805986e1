package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
	"pgregory.net/rapid"
)

const (
	consensusHeader = `{"assay":1,"object":"consensus"}` + "\n"
	blobHeader      = `{"assay":1,"object":"blob"}` + "\n"
)

func TestEachLineIsRead(t *testing.T) {
	for _, c := range []struct {
		name, line string
		want       Operation
	}{
		{"a head", `{"process":1,"op":"head","key":"k","call":1,"return":2,"outcome":"ok","head":{"seqno":5,"value":"a7"}}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Head{true, Version{5, "a7"}}}},
		{"a head of no data", `{"process":1,"op":"head","key":"k","call":1,"return":2,"outcome":"ok","head":null}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Head{}}},
		{"keys in any order, with white space", ` { "head" : { "value":"v", "seqno" : 0 } ,"outcome":"ok","return":2,"call":1,"key":"k","op":"head","process":-1 } `,
			Operation{Process: -1, Key: "k", Call: 1, Return: 2, Action: &Head{true, Version{0, "v"}}}},
		{"unknown fields of any type", `{"x":null,"y":[1,-2.5e+7,{"a":["\ud800\n",true,false,{}]},[]],"process":1,"op":"head","key":"k","call":1,"return":2,"outcome":"ok","head":null,"z":"\u0000"}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Head{}}},
		{"escapes", `{"process":1,"op":"head","key":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀","call":1,"return":2,"outcome":"ok","head":null}`,
			Operation{Process: 1, Key: "\"\\/\b\f\n\r\té😀é😀", Call: 1, Return: 2, Action: &Head{}}},
		{"the largest numbers", `{"process":9223372036854775807,"op":"compare_and_set","key":"k","call":0,"return":9223372036854775806,"outcome":"ok","expected":18446744073709551614,"new":{"seqno":18446744073709551615,"value":""},"committed":true}`,
			Operation{Process: math.MaxInt64, Key: "k", Return: math.MaxInt64 - 1, Action: &CompareAndSet{true, true, math.MaxUint64 - 1, Version{math.MaxUint64, ""}}}},
		{"an expectation of no data", `{"process":1,"op":"compare_and_set","key":"k","call":1,"return":2,"outcome":"ok","expected":null,"new":{"seqno":1,"value":"a"},"committed":false}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &CompareAndSet{New: Version{1, "a"}}}},
		{"an expectation that is absent", `{"process":1,"op":"compare_and_set","key":"k","call":1,"return":2,"outcome":"ok","new":{"seqno":1,"value":"a"},"committed":false}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &CompareAndSet{New: Version{1, "a"}}}},
		{"an unknown outcome that never returned", `{"process":1,"op":"compare_and_set","key":"k","call":1,"outcome":"info","error":"e","expected":0,"new":{"seqno":1,"value":"a"}}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: Never, Outcome: Info, Error: "e", Action: &CompareAndSet{HasExpected: true, New: Version{1, "a"}}}},
		{"an answer beside an unknown outcome, which is dropped", `{"process":1,"op":"head","key":"k","call":1,"return":2,"outcome":"info","head":{"seqno":1,"value":"a"}}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Outcome: Info, Action: &Head{}}},
		{"a scan", `{"process":1,"op":"scan","key":"k","call":1,"return":2,"outcome":"ok","from":3,"limit":9,"versions":[{"seqno":3,"value":"a"},{"seqno":4,"value":"b"}]}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Scan{3, 9, []Version{{3, "a"}, {4, "b"}}}}},
		{"a truncation", `{"process":1,"op":"truncate","key":"k","call":1,"return":2,"outcome":"ok","up_to":3,"deleted":2}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Truncate{UpTo: 3, Deleted: 2}}},
		{"a truncation that was not counted", `{"process":1,"op":"truncate","key":"k","call":1,"return":2,"outcome":"ok","up_to":3,"deleted":null}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Truncate{UpTo: 3, Deleted: location.CountUnknown}}},
		{"a truncation that does not tell", `{"process":1,"op":"truncate","key":"k","call":1,"return":2,"outcome":"ok","up_to":3}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Truncate{UpTo: 3, Deleted: location.CountUnknown}}},
		{"a refused truncation", `{"process":1,"op":"truncate","key":"k","call":1,"return":2,"outcome":"fail","error":"e","up_to":3,"refused":true}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Outcome: Fail, Error: "e", Action: &Truncate{UpTo: 3, Deleted: location.CountUnknown, Refused: true}}},
		{"a list of keys", `{"process":1,"op":"list_keys","call":1,"return":2,"outcome":"ok","keys":["a","b/c"]}`,
			Operation{Process: 1, Call: 1, Return: 2, Action: &ListKeys{[]string{"a", "b/c"}}}},
	} {
		t.Run(c.name, func(t *testing.T) { readOne(t, consensusHeader, c.line, c.want) })
	}
	for _, c := range []struct {
		name, line string
		want       Operation
	}{
		{"a get", `{"process":1,"op":"get","key":"k","call":1,"return":2,"outcome":"ok","value":"a","size":3}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Get{Found: true, Value: "a", Size: 3}}},
		{"a get of nothing", `{"process":1,"op":"get","key":"k","call":1,"return":2,"outcome":"ok","value":null}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Get{}}},
		{"a get of unknown size", `{"process":1,"op":"get","key":"k","call":1,"return":2,"outcome":"ok","value":"a","size":null}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Get{Found: true, Value: "a", Size: SizeUnknown}}},
		{"a get of damaged bytes", `{"process":1,"op":"get","key":"k","call":1,"return":2,"outcome":"ok","value":"a","size":3,"damage":"torn"}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Get{true, "a", 3, "torn"}}},
		{"a set", `{"process":1,"op":"set","key":"k","call":1,"return":2,"outcome":"fail","value":"a","size":0}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Outcome: Fail, Action: &Set{"a", 0}}},
		{"a set of unknown size", `{"process":1,"op":"set","key":"k","call":1,"return":2,"outcome":"ok","value":"a"}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Set{"a", SizeUnknown}}},
		{"a delete", `{"process":1,"op":"delete","key":"k","call":1,"return":2,"outcome":"ok","size":0}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Delete{true, true, 0}}},
		{"a delete of nothing", `{"process":1,"op":"delete","key":"k","call":1,"return":2,"outcome":"ok","size":null}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Delete{Answered: true}}},
		{"a delete that does not tell", `{"process":1,"op":"delete","key":"k","call":1,"return":2,"outcome":"ok"}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &Delete{}}},
		{"a refused restore", `{"process":1,"op":"restore","key":"k","call":1,"return":2,"outcome":"fail","refused":true}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Outcome: Fail, Action: &Restore{true}}},
		{"a list", `{"process":1,"op":"list","call":1,"return":2,"outcome":"ok","prefix":"","entries":[{"key":"a","size":3}]}`,
			Operation{Process: 1, Call: 1, Return: 2, Action: &List{"", []location.BlobMetadata{{Key: "a", Size: 3}}}}},
		{"an empty list", `{"process":1,"op":"list","call":1,"return":2,"outcome":"ok","prefix":"a/","entries":[]}`,
			Operation{Process: 1, Call: 1, Return: 2, Action: &List{Prefix: "a/"}}},
	} {
		t.Run(c.name, func(t *testing.T) { readOne(t, blobHeader, c.line, c.want) })
	}
}

func readOne(t *testing.T, header, line string, want Operation) {
	t.Helper()
	h, err := Read(strings.NewReader(header + line + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	want.Line = 2
	if !reflect.DeepEqual(h.Operations, []Operation{want}) {
		t.Errorf("got %s, want %s", dump(h.Operations), dump(want))
	}
}

// dump shows what stands behind pointers too.
func dump(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestABadLineIsNamedAndExplained(t *testing.T) {
	const good = `{"process":1,"op":"head","key":"k","call":1,"return":2,"outcome":"ok","head":null}` + "\n"
	const rest = `"process":1,"key":"k","call":1,"return":2,"outcome":"ok"}` + "\n"
	for _, c := range []struct {
		name, text string
		line       int
		want       string
	}{
		{"an empty file", "", 1, "missing header"},
		{"no header", good, 1, "missing header"},
		{"no JSON", "hello\n", 1, `not JSON: 'h' at column 1`},
		{"a header that was cut off", `{"assay":1,"obj`, 1, "not JSON"},
		{"another version", `{"assay":2,"object":"blob"}` + "\n", 1, "format version 2: this program knows version 1"},
		{"another object", `{"assay":1,"object":"queue"}` + "\n", 1, `unknown object "queue" in the header: known are consensus, blob`},
		{"no object", `{"assay":1}` + "\n", 1, `unknown object ""`},
		{"an unknown relaxation", `{"assay":1,"object":"blob","relax":["all"]}` + "\n", 1, `unknown relaxation "all"`},
		{"an unknown op", consensusHeader + good + `{"op":"heed",` + rest, 3, `unknown op "heed": those of a consensus are head, compare_and_set`},
		{"an op of the other object", consensusHeader + `{"op":"get",` + rest, 2, `"get" is an operation of a blob, and the header says that this history is about a consensus`},
		{"no op", consensusHeader + "{" + rest, 2, `the field "op" is missing`},
		{"a missing answer", consensusHeader + `{"op":"head",` + rest, 2, `the field "head" of op "head" is missing`},
		{"a missing argument", consensusHeader + `{"op":"scan","limit":1,"versions":[],` + rest, 2, `the field "from" of op "scan" is missing`},
		{"a null argument", consensusHeader + `{"op":"scan","limit":1,"from":null,"versions":[],` + rest, 2, `the field "from" of op "scan" is null`},
		{"a missing key", blobHeader + `{"op":"restore","process":1,"call":1,"return":1,"outcome":"ok"}` + "\n", 2, `the field "key" of op "restore" is missing`},
		{"a missing return", blobHeader + `{"op":"restore","key":"k","process":1,"call":1,"outcome":"ok"}` + "\n", 2, `the field "return" of op "restore" is missing`},
		{"a missing outcome", blobHeader + `{"op":"restore","key":"k","process":1,"call":1,"return":1}` + "\n", 2, `the field "outcome" of op "restore" is missing`},
		{"a missing prefix", blobHeader + `{"op":"list","entries":[],` + rest, 2, `the field "prefix" of op "list" is missing`},
		{"an unknown outcome", blobHeader + `{"op":"restore","key":"k","process":1,"call":1,"return":1,"outcome":"OK"}` + "\n", 2, `unknown outcome "OK": known are ok, fail, info`},
		{"a negative size", blobHeader + `{"op":"set","value":"a","size":-1,` + rest, 2, `the size -1 is negative`},
		{"a negative time", blobHeader + `{"op":"restore","key":"k","process":1,"call":-1,"return":1,"outcome":"ok"}` + "\n", 2, `field "call": the time -1 is before the start`},
		{"a fractional number", blobHeader + `{"op":"set","value":"a","size":1.5,` + rest, 2, `field "size": want an integer, found 1.5`},
		{"a number out of range", blobHeader + `{"op":"set","value":"a","size":9223372036854775808,` + rest, 2, `field "size": the integer 9223372036854775808 is out of range`},
		{"a version number out of range", consensusHeader + `{"op":"truncate","up_to":18446744073709551616,` + rest, 2, `out of range`},
		{"a negative version number", consensusHeader + `{"op":"truncate","up_to":-1,` + rest, 2, `field "up_to": want an integer that is not negative`},
		{"a wrong type", blobHeader + `{"op":"set","value":7,` + rest, 2, `field "value": want a string, found a number`},
		{"a list that is an object", blobHeader + `{"op":"list","prefix":"","entries":{},` + rest, 2, `field "entries": want a list, found an object`},
		{"half a version", consensusHeader + `{"op":"head","head":{"seqno":1},` + rest, 2, `field "head": a version has one seqno and one value`},
		{"a field twice", blobHeader + `{"op":"restore","op":"restore",` + rest, 2, `field "op" stands there twice`},
		{"a refusal that was answered", blobHeader + `{"op":"restore","refused":true,` + rest, 2, `"refused" stands beside outcome "ok"`},
		{"half of a surrogate pair", blobHeader + `{"op":"set","value":"\ud800",` + rest, 2, "half of a surrogate pair"},
		{"a string that is not UTF-8", blobHeader + `{"op":"set","value":"` + "\xff" + `",` + rest, 2, "is not UTF-8"},
		{"a control character", blobHeader + "{\"op\":\"set\",\"value\":\"\x01\"," + rest, 2, "not JSON"},
		{"a number with a byte that is no digit", blobHeader + "{\"op\":\"set\",\"value\":\"a\",\"size\":68486\x8b55," + rest, 2, "not JSON"},
		{"a leading zero", blobHeader + `{"op":"set","value":"a","size":01,` + rest, 2, "not JSON"},
		{"a comma too many", blobHeader + `{"op":"restore","process":1,"key":"k","call":1,"return":2,"outcome":"ok",}` + "\n", 2, "not JSON"},
		{"two values in one line", blobHeader + `{} {}` + "\n", 2, "where the end of the line should be"},
		{"a line that is cut off in the middle", consensusHeader + good[:20] + "\n" + good, 2, "not JSON"},
		{"a list in place of a line", consensusHeader + "[]\n", 2, "line 2: want an object, found a list"},
		{"a list in place of a later line", consensusHeader + good + "[]\n", 3, "line 3: want an object, found a list"},
		{"deep nesting", consensusHeader + `{"x":` + strings.Repeat("[", 100000) + "\n", 2, "nested deeper"},
		{"a fault without a time", consensusHeader + `{"fault":"kill"}` + "\n", 2, `the field "call" is missing`},
		{"a fault that is an operation", consensusHeader + `{"fault":"kill","op":"head","call":1}` + "\n", 2, `either "op" or "fault"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(c.text))
			var at *LineError
			if !errors.As(err, &at) {
				t.Fatalf("got %v, want a LineError", err)
			}
			if at.Line != c.line || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want line %d and %q", err, c.line, c.want)
			}
		})
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawHistory(t)
		var text bytes.Buffer
		w, err := NewWriter(&text, want.Header)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want.Operations {
			if err := w.Write(&want.Operations[i]); err != nil {
				t.Fatal(err)
			}
		}
		for i := range want.Faults {
			if err := w.WriteFault(&want.Faults[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for i, line := range bytes.Split(bytes.TrimSpace(text.Bytes()), []byte{'\n'}) {
			if !json.Valid(line) {
				t.Fatalf("line %d is not JSON: %s", i+1, line)
			}
		}
		got, err := Read(&text)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %s, want %s", dump(got), dump(want))
		}
	})
}

func TestStringsAreThoseOfTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.String().Draw(t, "s")
		standard, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range [][]byte{standard, appendString(nil, want)} {
			s := scanner{data: text}
			if got := string(s.string()); s.err != nil || got != want {
				t.Fatalf("%s: got %q, %v, want %q", text, got, s.err, want)
			}
		}
	})
}

func TestBytesThatAreNotUTF8AreWrittenAsReplacements(t *testing.T) {
	if got, want := string(appendString(nil, "a\xffb\x00")), `"a`+"\ufffd"+`b\u0000"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
