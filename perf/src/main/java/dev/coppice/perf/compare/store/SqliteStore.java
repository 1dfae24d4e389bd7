package dev.coppice.perf.compare.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** SQLite with a write-ahead log, through sqlite-jdbc. Thread safety: any thread. */
final class SqliteStore implements Subject {
    /** Rows longer than that belong into a table with row ids, says SQLite's manual. */
    private static final int MOST_IN_KEY_TABLE = 200;

    private final String url;
    private final boolean isDurable;
    private final Connection owner;

    /** A call into JDBC. */
    private interface Call<T> {
        T run() throws SQLException;
    }

    private static <T> T call(Call<T> call) {
        try {
            return call.run();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    SqliteStore(Opening opening) {
        url = "jdbc:sqlite:" + opening.folder().resolve("data.sqlite");
        isDurable = opening.isDurable();
        owner = connect();
        String suffix = opening.valueBytes() > MOST_IN_KEY_TABLE ? "" : " WITHOUT ROWID";
        execute(
                owner,
                "CREATE TABLE IF NOT EXISTS kv (k BLOB PRIMARY KEY NOT NULL, v BLOB)" + suffix);
    }

    private Connection connect() {
        Connection connection = call(() -> DriverManager.getConnection(url));
        for (String pragma :
                List.of(
                        "busy_timeout = 60000",
                        "journal_mode = WAL",
                        "synchronous = " + (isDurable ? "FULL" : "NORMAL"),
                        "cache_size = -524288",
                        "mmap_size = 17179869184",
                        "temp_store = MEMORY")) {
            execute(connection, "PRAGMA " + pragma);
        }
        return connection;
    }

    private static void execute(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql) {
        return call(() -> connection.prepareStatement(sql));
    }

    private static int copied(PreparedStatement select, byte[] key, byte[] target) {
        return call(() -> {
            select.setBytes(1, key);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? ArrayWalk.copied(rows.getBytes(1), target) : -1;
            }
        });
    }

    @Override
    public Reads reads() {
        return new Reading(connect());
    }

    @Override
    public Writes writes() {
        return new Writing(connect());
    }

    @Override
    public void settle() {
        execute(owner, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    @Override
    public void close() {
        close(owner);
    }

    private static void close(Connection connection) {
        call(() -> {
            connection.close();
            return true;
        });
    }

    private static final class Reading implements Reads {
        private final Connection connection;
        private final PreparedStatement begin;
        private final PreparedStatement end;
        private final PreparedStatement select;
        private final PreparedStatement exists;
        private boolean isInside;
        private Walking walk;

        Reading(Connection connection) {
            this.connection = connection;
            begin = prepare(connection, "BEGIN");
            end = prepare(connection, "COMMIT");
            select = prepare(connection, "SELECT v FROM kv WHERE k = ?");
            exists = prepare(connection, "SELECT 1 FROM kv WHERE k = ?");
        }

        private void enter() {
            if (!isInside) {
                call(begin::execute);
                isInside = true;
            }
        }

        private void leave() {
            if (walk != null) {
                walk.end();
            }
            if (isInside) {
                call(end::execute);
                isInside = false;
            }
        }

        @Override
        public void refresh() {
            leave();
            enter();
        }

        @Override
        public int get(byte[] key, byte[] target) {
            enter();
            return copied(select, key, target);
        }

        @Override
        public int getNewest(byte[] key, byte[] target) {
            leave();
            return copied(select, key, target);
        }

        @Override
        public boolean exists(byte[] key) {
            enter();
            return call(() -> {
                exists.setBytes(1, key);
                try (ResultSet rows = exists.executeQuery()) {
                    return rows.next();
                }
            });
        }

        @Override
        public Walk walk() {
            enter();
            if (walk == null) {
                walk = new Walking(connection);
            }
            return walk;
        }

        @Override
        public void close() {
            leave();
            SqliteStore.close(connection);
        }
    }

    private static final class Walking extends ArrayWalk {
        private final PreparedStatement forward;
        private final PreparedStatement backward;
        private final PreparedStatement from;
        private ResultSet rows;

        Walking(Connection connection) {
            forward = prepare(connection, "SELECT k, v FROM kv ORDER BY k");
            backward = prepare(connection, "SELECT k, v FROM kv ORDER BY k DESC");
            from = prepare(connection, "SELECT k, v FROM kv WHERE k >= ? ORDER BY k");
        }

        @Override
        public void start(boolean isForward) {
            end();
            rows = call((isForward ? forward : backward)::executeQuery);
        }

        @Override
        public void startAt(byte[] key) {
            end();
            rows =
                    call(() -> {
                        from.setBytes(1, key);
                        return from.executeQuery();
                    });
        }

        void end() {
            if (rows != null) {
                call(() -> {
                    rows.close();
                    return true;
                });
                rows = null;
            }
        }

        @Override
        public boolean next() {
            return call(rows::next);
        }

        @Override
        byte[] key() {
            return call(() -> rows.getBytes(1));
        }

        @Override
        byte[] value() {
            return call(() -> rows.getBytes(2));
        }
    }

    private static final class Writing implements Writes {
        private final Connection connection;
        private final PreparedStatement begin;
        private final PreparedStatement commit;
        private final PreparedStatement insert;
        private final PreparedStatement select;
        private final PreparedStatement delete;
        private final PreparedStatement deleteRange;

        Writing(Connection connection) {
            this.connection = connection;
            begin = prepare(connection, "BEGIN IMMEDIATE");
            commit = prepare(connection, "COMMIT");
            insert =
                    prepare(
                            connection,
                            "INSERT INTO kv VALUES (?, ?)"
                                    + " ON CONFLICT (k) DO UPDATE SET v = excluded.v");
            select = prepare(connection, "SELECT v FROM kv WHERE k = ?");
            delete = prepare(connection, "DELETE FROM kv WHERE k = ?");
            deleteRange = prepare(connection, "DELETE FROM kv WHERE k >= ? AND k < ?");
        }

        @Override
        public void begin() {
            call(begin::execute);
        }

        @Override
        public void put(byte[] key, byte[] value) {
            call(() -> {
                insert.setBytes(1, key);
                insert.setBytes(2, value);
                return insert.executeUpdate();
            });
        }

        @Override
        public int get(byte[] key, byte[] target) {
            return copied(select, key, target);
        }

        @Override
        public boolean delete(byte[] key) {
            return call(() -> {
                delete.setBytes(1, key);
                return delete.executeUpdate() > 0;
            });
        }

        @Override
        public void deleteRange(byte[] from, byte[] to) {
            call(() -> {
                deleteRange.setBytes(1, from);
                deleteRange.setBytes(2, to);
                return deleteRange.executeUpdate();
            });
        }

        @Override
        public void commit() {
            call(commit::execute);
        }

        @Override
        public void close() {
            SqliteStore.close(connection);
        }
    }
}
