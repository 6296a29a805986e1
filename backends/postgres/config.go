package postgres

import (
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/assay-dev/assay/backends/internal/params"
)

// passedOn are the parameters that pgx reads, as libpq does. Any other one would go to
// the server as a setting, a misspelt one too.
func passedOn() []string {
	return []string{
		"host", "port", "passfile", "connect_timeout", "application_name", "options",
		"target_session_attrs", "channel_binding", "require_auth",
		"sslmode", "sslrootcert", "sslcert", "sslkey", "sslcertmode", "sslnegotiation", "sslsni",
		"pool_min_conns", "pool_max_conn_lifetime", "pool_max_conn_idle_time",
	}
}

// levels are the isolation levels, as a URL and as Postgres names them.
func levels() map[string]string {
	return map[string]string{
		"serializable":    "serializable",
		"repeatable-read": "repeatable read",
		"read-committed":  "read committed",
	}
}

// A config is what a URL says.
type config struct {
	schema         string
	acquireTimeout time.Duration
	write          *pgxpool.Config
	read           *pgxpool.Config // nil: reads go where writes go
}

func parse(rawURL string) (*config, error) {
	u, query, err := params.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	c := &config{
		schema:         query.String("schema", "assay"),
		acquireTimeout: query.Duration("pool_acquire_timeout", 10*time.Second),
	}
	isolation := query.String("isolation", "serializable")
	read := query.String("read", "")
	settings := url.Values{}
	settings.Set("pool_max_conns", query.String("pool_max_conns", "16"))
	for _, name := range passedOn() {
		if value := query.String(name, ""); value != "" {
			settings.Set(name, value)
		}
	}
	if err := query.Err(); err != nil {
		return nil, err
	}
	level, known := levels()[isolation]
	switch {
	case !known:
		return nil, params.Invalid("postgres: parameter isolation is %q: known are %s",
			isolation, strings.Join(slices.Sorted(maps.Keys(levels())), ", "))
	case c.schema == "" || len(c.schema) > maxIdentifier || strings.ContainsRune(c.schema, 0):
		return nil, params.Invalid("postgres: parameter schema is %q, not a name of 1 to %d bytes", c.schema, maxIdentifier)
	case c.acquireTimeout <= 0:
		return nil, params.Invalid("postgres: parameter pool_acquire_timeout is %v, not above 0", c.acquireTimeout)
	}
	if c.write, err = pool(u, u.Host, settings, level); err != nil || read == "" {
		return c, err
	}
	c.read, err = readPool(u, read, settings, level)
	return c, err
}

// maxIdentifier is the longest name in Postgres in bytes; longer ones are cut there,
// and two schemas would become one.
const maxIdentifier = 63

// readPool is the pool of connections to another server for reads.
func readPool(u *url.URL, endpoint string, settings url.Values, level string) (*pgxpool.Config, error) {
	if !isEndpoint(endpoint) {
		// It is not quoted: it may be a whole URL with a password.
		return nil, params.Invalid("postgres: parameter read is not host:port; user, password and all else are those of the URL")
	}
	settings = maps.Clone(settings)
	for _, elsewhere := range []string{"host", "port", "target_session_attrs"} {
		settings.Del(elsewhere)
	}
	// A replica cannot serve serializable transactions. For a single statement, the
	// next level takes the same snapshot.
	if level == "serializable" {
		level = "repeatable read"
	}
	return pool(u, endpoint, settings, level)
}

func isEndpoint(text string) bool {
	host, port, err := net.SplitHostPort(text)
	if err != nil || host == "" || strings.ContainsAny(host, "@/?#") {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// pool configures connections to host. pgx gets to see the URL without its password,
// so that no error of its parser can repeat it.
func pool(u *url.URL, host string, settings url.Values, level string) (*pgxpool.Config, error) {
	clean := url.URL{Scheme: "postgres", Host: host, Path: u.Path, RawQuery: settings.Encode()}
	if name := u.User.Username(); name != "" {
		clean.User = url.User(name)
	}
	c, err := pgxpool.ParseConfig(clean.String())
	if err != nil {
		return nil, params.Invalid("postgres: %w", err)
	}
	if password, given := u.User.Password(); given {
		c.ConnConfig.Password = password
	}
	c.ConnConfig.RuntimeParams["default_transaction_isolation"] = level
	// A sequential scan of a small table would read, and so conflict with, every key.
	c.ConnConfig.RuntimeParams["enable_seqscan"] = "off"
	c.ConnConfig.RuntimeParams["enable_bitmapscan"] = "off"
	return c, nil
}
