package postgres

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

func TestNoErrorOfAConnectionRepeatsThePassword(t *testing.T) {
	server := serverstest.Postgres(t, quick())
	right := server.URL(servers.PostgresDatabase)
	change := func(edit func(*url.URL)) string {
		u, err := url.Parse(right)
		must(t, err)
		edit(u)
		return u.String()
	}
	port, err := servers.FreePort()
	must(t, err)
	const wrong = "wro:ng/8Nq2"
	for name, rawURL := range map[string]string{
		"a wrong password":   change(func(u *url.URL) { u.User = url.UserPassword(servers.PostgresUser, wrong) }),
		"an unknown user":    change(func(u *url.URL) { u.User = url.UserPassword("nobody", wrong) }),
		"a missing database": change(func(u *url.URL) { u.Path = "/missing" }),
		"a closed port":      strings.Replace(right, server.Address, "127.0.0.1:"+strconv.Itoa(port), 1),
		"an unknown host":    strings.Replace(right, server.Address, "no-such-host.invalid:5432", 1),
		"no TLS there":       with(t, right, "sslmode", "require"),
		"no such replica":    with(t, right, "read", "127.0.0.1:"+strconv.Itoa(port)),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := OpenConsensus(t.Context(), rawURL)
			if err == nil {
				s.Close()
				t.Fatal("it opened")
			}
			// A part of the wrong password and of the right one, in every spelling.
			if strings.Contains(err.Error(), "8Nq2") {
				t.Errorf("it repeats the password: %v", err)
			}
		})
	}
	if strings.Contains(server.Log(), "8Nq2") {
		t.Error("the server's log has the password")
	}
}
