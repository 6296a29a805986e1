// Package postgres is a Consensus on PostgreSQL.
//
//	postgres://user:password@host:port/database?parameter=value&…
//
// One table holds the versions of all keys, one row each. Every operation is one
// statement in a transaction of its own, sent once and never again.
//
// # Parameters
//
//	schema=assay                  where the table is; another schema is another store
//	isolation=serializable        the level of every statement; at repeatable-read and
//	                              read-committed the store forks: for experiments only
//	read=host:port                where Head and Scan go, a replica for one; they may
//	                              then be stale (relaxation stale-head)
//	pool_max_conns=16             how many connections a handle keeps, for reads and
//	                              writes each when they go to different servers
//	pool_min_conns=0              how many of them are always open
//	pool_acquire_timeout=10s      how long an operation waits for one of them
//	pool_max_conn_lifetime=1h     after which age a connection is replaced
//	pool_max_conn_idle_time=30m   after which idleness one is closed
//
// The parameters of libpq that say how to connect are accepted too, with the meaning
// that they have there: sslmode, sslrootcert, sslcert, sslkey, sslcertmode,
// sslnegotiation, sslsni, channel_binding, require_auth, connect_timeout,
// target_session_attrs, application_name, options, passfile, and host and port, as
// lists where there are several servers. What the URL leaves out comes from libpq's
// environment variables.
//
// # Errors
//
// Definite failures (E2) are: an argument that is refused before anything is sent; no
// connection, for whatever reason, since statements go out only on an established
// one; what pgx proves to have failed before it sent a byte; and the server's answers
// 40001 (serialization failure) and 40P01 (deadlock), after which the transaction is
// rolled back. A unique violation (23505) of a compare-and-set is a mismatch.
// Everything else is indeterminate, a timeout during the statement above all.
package postgres
