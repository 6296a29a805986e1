package history

import "testing"

func TestEachLineOfARegisterIsRead(t *testing.T) {
	for _, c := range []struct {
		name, line string
		want       Operation
	}{
		{"a read", `{"process":1,"op":"read","key":"k","call":1,"return":2,"outcome":"ok","value":"3"}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &RegisterRead{Content{true, "3"}}}},
		{"a read of nothing", `{"process":1,"op":"read","key":"k","call":1,"return":2,"outcome":"ok","value":null}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &RegisterRead{}}},
		{"a read without an answer", `{"process":1,"op":"read","key":"k","call":1,"outcome":"info","value":"3"}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: Never, Outcome: Info, Action: &RegisterRead{}}},
		{"a write", `{"process":1,"op":"write","key":"k","call":1,"return":2,"outcome":"fail","value":""}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Outcome: Fail, Action: &RegisterWrite{Content{true, ""}}}},
		{"a write of nothing", `{"process":1,"op":"write","key":"k","call":1,"return":2,"outcome":"ok","value":null}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &RegisterWrite{}}},
		{"a swap", `{"process":1,"op":"cas","key":"k","call":1,"return":2,"outcome":"ok","old":"1","value":"2","committed":true}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &RegisterSwap{Content{true, "1"}, Content{true, "2"}, true}}},
		{"a swap from nothing that was a mismatch", `{"process":1,"op":"cas","key":"k","call":1,"return":2,"outcome":"ok","old":null,"value":"2","committed":false}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Action: &RegisterSwap{New: Content{true, "2"}}}},
		{"a swap of unknown outcome", `{"process":1,"op":"cas","key":"k","call":1,"return":2,"outcome":"info","old":"1","value":null}`,
			Operation{Process: 1, Key: "k", Call: 1, Return: 2, Outcome: Info, Action: &RegisterSwap{Old: Content{true, "1"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			readOne(t, `{"assay":1,"object":"register"}`+"\n", c.line, c.want)
			line, err := appendOperation(nil, &c.want)
			if err != nil {
				t.Fatal(err)
			}
			readOne(t, `{"assay":1,"object":"register"}`+"\n", string(line), c.want)
		})
	}
}
