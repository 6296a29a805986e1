package locationtest

import (
	"strconv"

	"github.com/assay-dev/assay/location"
)

func independenceChecks() []consensusCheck {
	return []consensusCheck{
		{"C11", "operations on one key never change another", func(p *consensusProbe) {
			neighbours := []string{"k", "k/", "k/a", "ka", "K", "j", "k "}
			for _, key := range neighbours {
				p.log(key, 1, 2, 3)
			}
			p.commit("k", at(3), 4)
			p.truncate("k", 4)
			p.mismatch("k", at(3), 5)
			p.wantLog("k", 4)
			for _, key := range neighbours[1:] {
				p.wantLog(key, 1, 2, 3)
			}
		}},
		{"C11", "every legal key is a key of its own", func(p *consensusProbe) {
			keys := oddKeys(p.maxKey())
			p.each(len(keys), func(i int) { p.log(keys[i], location.SeqNo(i), location.SeqNo(i)+1) })
			p.each(len(keys), func(i int) {
				n := location.SeqNo(i)
				p.wantLog(keys[i], n, n+1)
				p.truncate(keys[i], n+1)
			})
			p.each(len(keys), func(i int) { p.wantLog(keys[i], location.SeqNo(i)+1) })
			p.wantKeys(keys...)
		}},
		{"C11", "different places see nothing of each other", func(p *consensusProbe) {
			other := p.on(p.open("other"))
			p.log("k", 1, 2)
			p.log("../"+p.place+"other/k", 1)
			other.wantLog("k")
			other.wantKeys()
			other.log("k", 7)
			p.wantLog("k", 1, 2)
		}},
	}
}

func consensusContentionChecks() []consensusCheck {
	return []consensusCheck{
		{"C2", "of ten creators released together exactly one commits", func(p *consensusProbe) {
			for round := range 5 {
				p.creators("k" + strconv.Itoa(round))
			}
		}},
		{"C2", "five clients that increment ten times each end at exactly fifty", func(p *consensusProbe) { p.increments("k") }},
	}
}

func (p *consensusProbe) creators(key string) {
	const creators = 10
	var results [creators]location.CompareAndSetResult
	p.together(creators, func(i int) {
		results[i] = p.put(key, nil, location.SeqNo(i), body(key, location.SeqNo(i)))
	})
	var winners []location.SeqNo
	for i, result := range results {
		if result == location.Committed {
			winners = append(winners, location.SeqNo(i))
		}
	}
	if len(winners) != 1 {
		p.failf("%d of %d creators of %q committed: %v", len(winners), creators, key, winners)
	}
	p.wantLog(key, winners[0])
}

// increments has five clients read a number and write the next, as often as they
// need for ten commits each.
func (p *consensusProbe) increments(key string) {
	const clients, each = 5, 10
	p.put(key, nil, 0, []byte("0"))
	p.wantHead(key, 0, []byte("0"))
	p.together(clients, func(int) {
		for done := 0; done < each; {
			head, found := p.head(key)
			n, err := strconv.Atoi(string(head.Data))
			if !found || err != nil {
				p.failf("head %q: got %s (found: %t), want a number", key, show(head.Data), found)
			}
			if p.put(key, at(head.SeqNo), head.SeqNo.Next(), strconv.AppendInt(nil, int64(n)+1, 10)) == location.Committed {
				done++
			}
		}
	})
	p.wantHead(key, clients*each, []byte(strconv.Itoa(clients*each)))
	if versions := p.scan(key, 0, location.ScanAll); len(versions) != clients*each+1 && !p.caps.StaleReads {
		p.failf("scan %q after %d commits: got %d versions", key, clients*each+1, len(versions))
	}
}
