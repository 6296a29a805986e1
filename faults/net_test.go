package faults

import (
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/faults/network"
)

func TestTroubleIsReadAndWhatCannotBeIsExplained(t *testing.T) {
	for line, want := range map[string]string{
		"net every 1s": "",
		"net latency=20ms jitter=5ms up every 1s":    "",
		"net latency clients":                        "",
		"net throttle=100 down client 0 after 1s":    "",
		"net reset at get 3":                         "",
		"net cut=0 every 1s":                         "",
		"net cut up every 1s":                        "",
		"net latency reset every 1s":                 "one trouble a line",
		"net latency=5 every 1s":                     `"5" is not a length of time`,
		"net throttle=0 every 1s":                    "not a number of bytes from 1 on",
		"net cut=-1 every 1s":                        "not a number of bytes from 0 on",
		"net reset=1 every 1s":                       "nothing to set",
		"net jitter=5ms every 1s":                    "jitter comes with latency",
		"net latency=20ms jitter every 1s":           "jitter: ",
		"net up every 1s":                            "come with latency, throttle, hang or cut",
		"net refuse down every 1s":                   "come with latency, throttle, hang or cut",
		"net hang up down every 1s":                  "what is without them",
		"net servers every 1s":                       `"servers" is neither`,
		"net client every 1s":                        `"client" is neither`,
		"net client -1 every 1s":                     "neither",
		"net slow=1 every 1s":                        `net does not know "slow"`,
		"net hang client 1 client 2 every 1s for 1s": "neither",
	} {
		f, err := parseLine(line)
		if want == "" && (err != nil || f.String() != line) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, %v, want %q", line, f, err, want)
		}
	}
}

func TestAClientThatIsNotThereCannotBeStruck(t *testing.T) {
	f, err := parseLine("net hang client 2 every 1s")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newNet(&Target{Clients: 2}, f); err == nil || !strings.Contains(err.Error(), "numbered from 0 to 1") {
		t.Error(err)
	}
}

func TestEachTroubleIsDrawnAndTheSameSeedDrawsTheSame(t *testing.T) {
	draw := func(seed uint64) (all []network.Trouble) {
		random := rand.New(rand.NewPCG(seed, 0))
		for range 200 {
			all = append(all, settle(network.Trouble{}, random))
		}
		return all
	}
	first := draw(1)
	for what := network.Latency; what <= network.Cut; what++ {
		if !slices.ContainsFunc(first, func(t network.Trouble) bool { return t.What == what }) {
			t.Errorf("%v is never drawn", network.Trouble{What: what})
		}
	}
	if !slices.Equal(draw(1), first) || slices.Equal(draw(2), first) {
		t.Error("it is not the seed that decides")
	}
}

func TestTheRoutesOfAHandleLeadToEachServerOfTheStore(t *testing.T) {
	target := &Target{network: network.New()}
	defer target.Close()
	const far = "127.0.0.1:9" // nobody has to be there
	for _, rawURL := range []string{
		"postgres://me:se%2Fcret@" + far + "/db?isolation=serializable",
		"postgres://me@" + far + "/db?read=127.0.0.1%3A10",
		"postgres://me@" + far + "/db?host=127.0.0.1%2C127.0.0.1&port=9%2C10&target_session_attrs=read-write",
		"postgres://me@elsewhere/db?host=127.0.0.1%2C127.0.0.2&port=9",
		"postgres://me@127.0.0.1/db",
		"s3://me:secret@bucket/prefix?endpoint=http%3A%2F%2F127.0.0.1%3A9&region=x",
		"s3://me:secret@bucket/prefix?endpoint=http%3A%2F%2F127.0.0.1&region=x",
	} {
		near, err := target.StoreURL(0, rawURL)
		if err != nil {
			t.Errorf("%s: %v", rawURL, err)
			continue
		}
		u, err := url.Parse(near)
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range []string{u.Host, u.Query().Get("read"), u.Query().Get("port"), u.Query().Get("endpoint")} {
			if (u.Scheme == "s3" || u.Query().Has("port")) && place == u.Host {
				continue // not where clients go
			}
			if strings.HasSuffix(place, ":9") || strings.HasSuffix(place, ":10") || strings.HasPrefix(place, "9,") || place != "" && !strings.ContainsAny(place, ":,") {
				t.Errorf("%s still leads to %s", near, place)
			}
		}
		if again, err := target.StoreURL(0, rawURL); err != nil || again != near {
			t.Errorf("again: %s, %v", again, err)
		}
		if other, err := target.StoreURL(1, rawURL); err != nil || other == near {
			t.Errorf("another handle: %s, %v", other, err)
		}
	}
	for _, rawURL := range []string{"mem:", "s3://bucket", "postgres://me:secret@[::/"} {
		if near, err := target.StoreURL(0, rawURL); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s leads to %s, %v", rawURL, near, err)
		}
	}
	if near, err := (&Target{}).StoreURL(0, "mem:"); near != "mem:" || err != nil {
		t.Errorf("without faults of the network: %s, %v", near, err)
	}
}

func TestTroubleNeedsANetwork(t *testing.T) {
	for storeURL, fits := range map[string]bool{
		"local:postgres":                               true,
		"local:postgres?fsync=off":                     true,
		"local:s3?versioning=true":                     true,
		"postgres://me@host/db":                        true,
		"postgres://me@/db?host=a,b&port=1,2":          true,
		"postgres://me@host/db?host=/var/run/postgres": false,
		"postgres:///db":                               false,
		"s3://bucket?endpoint=http://127.0.0.1:9":      true,
		"s3://bucket?endpoint=https://s3.example.org":  false,
		"s3://bucket":                                  false,
		"local:bolt":                                   false,
		"mem:":                                         false,
		"":                                             false,
	} {
		if onNetwork(storeURL) != fits {
			t.Errorf("%q: want %v", storeURL, fits)
		}
	}
}
