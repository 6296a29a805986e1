package local

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/backends/servers"
)

// parsePostgres reads the parameters of local:postgres. What the store itself
// understands it is left to judge, except for names.
func parsePostgres(query *params.Query) (plan, error) {
	store := url.Values{}
	for _, name := range []string{"isolation", "pool_max_conns", "pool_acquire_timeout"} {
		if value := query.String(name, ""); value != "" {
			store.Set(name, value)
		}
	}
	settings := map[string]string{}
	var problem error
	for _, name := range []string{"fsync", "synchronous_commit"} {
		settings[name] = query.String(name, "on")
		problem = cmp.Or(problem, oneOf(name, settings[name], "on", "off"))
	}
	replica := query.String("replica", "none")
	problem = cmp.Or(problem, oneOf("replica", replica, "none", "async"))
	delay := query.Duration("replay_delay", 0)
	if delay < 0 || delay > 0 && replica == "none" {
		problem = cmp.Or(problem, params.Invalid("local: parameter replay_delay is %v: it is above 0 and comes with replica=async", delay))
	}
	if err := cmp.Or(query.Err(), problem); err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *Server) error {
		primary, err := servers.StartPostgres(ctx, servers.PostgresOptions{Settings: settings})
		if err != nil {
			return err
		}
		s.addPostgres(primary)
		if replica == "async" {
			if err := s.addReplica(ctx, primary, delay, store); err != nil {
				return err
			}
		}
		s.URL, err = extended(primary.URL(servers.PostgresDatabase), store)
		return err
	}, nil
}

// addReplica starts a replica and sends the store's reads there.
func (s *Server) addReplica(ctx context.Context, primary *servers.Postgres, delay time.Duration, store url.Values) error {
	settings := map[string]string{"recovery_min_apply_delay": strconv.FormatInt(delay.Milliseconds(), 10) + "ms"}
	replica, err := primary.StartReplica(ctx, servers.PostgresOptions{Settings: settings})
	if err != nil {
		return err
	}
	s.addPostgres(replica)
	store.Set("read", replica.Address)
	return nil
}

func (s *Server) addPostgres(p *servers.Postgres) {
	s.parts = append(s.parts, part{p, p.Close, p.CutConnections})
}
