package job

import "testing"

func TestTwoClientsShareAHandleAndTheQuietPhaseHasFreshOnes(t *testing.T) {
	for clients := 1; clients <= 7; clients++ {
		users := map[int]int{}
		for client := range 2 * clients {
			users[handleOf(client, clients)]++
		}
		for handle, n := range users {
			if n > clientsPerHandle {
				t.Errorf("%d of %d clients share handle %d", n, clients, handle)
			}
		}
		for client := range clients {
			if working, quiet := handleOf(client, clients), handleOf(clients+client, clients); quiet <= handleOf(clients-1, clients) {
				t.Errorf("of %d clients, %d works with handle %d and is quiet with %d", clients, client, working, quiet)
			}
		}
	}
}

func TestANamelessPlaceInMemoryGetsAName(t *testing.T) {
	for _, test := range []struct {
		url   string
		named bool
	}{
		{"mem:", true}, {"mem:?restore=false", true}, {"mem:a", false}, {"bolt:///mem:", false}, {"defective:stale", false},
	} {
		if got := shareable(test.url); (got != test.url) != test.named {
			t.Errorf("%s became %s", test.url, got)
		}
	}
	first := shareable("mem:")
	if second := shareable("mem:"); first == second {
		t.Error("two runs share a place")
	}
}
