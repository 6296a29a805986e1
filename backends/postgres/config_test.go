package postgres

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/location"
)

func TestAURLSaysHowToConnect(t *testing.T) {
	c, err := parse("postgresql://me:p%40ss@db1:6000/shop?schema=s&isolation=read-committed&read=db2:7000" +
		"&pool_max_conns=3&pool_acquire_timeout=2s&pool_max_conn_lifetime=5m&sslmode=require&application_name=a" +
		"&target_session_attrs=read-write")
	if err != nil {
		t.Fatal(err)
	}
	if c.schema != "s" || c.acquireTimeout != 2*time.Second {
		t.Errorf("schema %q, acquire timeout %v", c.schema, c.acquireTimeout)
	}
	w, r := c.write, c.read
	if w.MaxConns != 3 || w.MaxConnLifetime != 5*time.Minute {
		t.Errorf("pool of %d, lifetime %v", w.MaxConns, w.MaxConnLifetime)
	}
	for _, end := range []struct {
		got, want string
	}{
		{w.ConnConfig.Host, "db1"}, {r.ConnConfig.Host, "db2"},
		{w.ConnConfig.User, "me"}, {r.ConnConfig.User, "me"},
		{w.ConnConfig.Password, "p@ss"}, {r.ConnConfig.Password, "p@ss"},
		{w.ConnConfig.Database, "shop"}, {r.ConnConfig.Database, "shop"},
		{w.ConnConfig.RuntimeParams["application_name"], "a"},
		{w.ConnConfig.RuntimeParams["default_transaction_isolation"], "read committed"},
		{r.ConnConfig.RuntimeParams["default_transaction_isolation"], "read committed"},
	} {
		if end.got != end.want {
			t.Errorf("got %q, want %q", end.got, end.want)
		}
	}
	if text := w.ConnString() + r.ConnString(); strings.Contains(text, "p%40ss") {
		t.Errorf("pgx's parser got the password: %s", text)
	}
	if w.ConnConfig.Port != 6000 || r.ConnConfig.Port != 7000 {
		t.Errorf("ports %d and %d", w.ConnConfig.Port, r.ConnConfig.Port)
	}
	if w.ConnConfig.TLSConfig == nil || w.ConnConfig.ValidateConnect == nil || r.ConnConfig.ValidateConnect != nil {
		t.Error("sslmode or target_session_attrs is not heeded")
	}
}

func TestTheStrictLevelIsTheUsualOne(t *testing.T) {
	c, err := parse("postgres://db/shop?read=db2:7000")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.write.ConnConfig.RuntimeParams["default_transaction_isolation"]; got != "serializable" {
		t.Errorf("writes at %s", got)
	}
	// A replica cannot serve serializable.
	if got := c.read.ConnConfig.RuntimeParams["default_transaction_isolation"]; got != "repeatable read" {
		t.Errorf("reads elsewhere at %s", got)
	}
}

func TestServersMayBeAList(t *testing.T) {
	c, err := parse("postgres:///shop?host=db1,db2&port=6000,7000&sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	if fallbacks := c.write.ConnConfig.Fallbacks; len(fallbacks) != 1 || fallbacks[0].Host != "db2" || fallbacks[0].Port != 7000 {
		t.Errorf("fallbacks %v", fallbacks)
	}
}

func TestAURLThatMeansNothingIsRefusedWithoutItsPassword(t *testing.T) {
	const secret = "8Nq2"
	for _, c := range []struct{ name, url, says string }{
		{"an unknown parameter", "postgres://me:8Nq2@db/shop?isolatoin=serializable", "isolatoin"},
		{"a setting of the server", "postgres://me:8Nq2@db/shop?synchronous_commit=off", "synchronous_commit"},
		{"an unknown level", "postgres://me:8Nq2@db/shop?isolation=snapshot", "read-committed, repeatable-read, serializable"},
		{"an empty schema", "postgres://me:8Nq2@db/shop?schema=", "schema"},
		{"a schema that would be cut", "postgres://me:8Nq2@db/shop?schema=" + strings.Repeat("x", 64), "schema"},
		{"a bad number", "postgres://me:8Nq2@db/shop?pool_max_conns=many", "pool_max_conns"},
		{"no connections", "postgres://me:8Nq2@db/shop?pool_max_conns=0", "pool_max_conns"},
		{"a bad duration", "postgres://me:8Nq2@db/shop?pool_acquire_timeout=soon", "pool_acquire_timeout"},
		{"no time to wait", "postgres://me:8Nq2@db/shop?pool_acquire_timeout=0s", "pool_acquire_timeout"},
		{"a bad TLS mode", "postgres://me:8Nq2@db/shop?sslmode=maybe", "sslmode"},
		{"a missing certificate", "postgres://me:8Nq2@db/shop?sslmode=verify-full&sslrootcert=/no/such/file", "/no/such/file"},
		{"a bad port", "postgres://me:8Nq2@db:port/shop", ""},
		{"a slash in the password", "postgres://me:8Nq2/8Nq2@db/shop", ""},
		{"a hash in the password", "postgres://me:8Nq2#8Nq2@db/shop", ""},
		{"a question mark in the password", "postgres://me:8Nq2?8Nq2@db/shop", ""},
		{"a bad escape in the password", "postgres://me:8Nq2%zz8Nq2@db/shop", ""},
		{"a password as a parameter", "postgres://me@db/shop?password=8Nq2", "password"},
		{"a password for the key file", "postgres://me@db/shop?sslpassword=8Nq2", "sslpassword"},
		{"a whole URL for reads", "postgres://me:8Nq2@db/shop?read=postgres://me:8Nq2%40db2/shop", "read"},
		{"a password for reads", "postgres://me:8Nq2@db/shop?read=me:8Nq2%40db2:7000", "read"},
		{"a bad port for reads", "postgres://me:8Nq2@db/shop?read=db2:8Nq2", "read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse(c.url)
			if err == nil {
				t.Fatal("accepted")
			}
			if !errors.Is(err, location.ErrInvalidArgument) {
				t.Errorf("not an invalid argument: %v", err)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("it repeats the password: %v", err)
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("it does not say %q: %v", c.says, err)
			}
		})
	}
}
