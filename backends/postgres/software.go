package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Software returns the server's name and version, as it tells every client.
func (s *Consensus) Software(ctx context.Context) (version string, err error) {
	err = s.write.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		version = "PostgreSQL " + conn.Conn().PgConn().ParameterStatus("server_version")
		return nil
	})
	return version, err
}
