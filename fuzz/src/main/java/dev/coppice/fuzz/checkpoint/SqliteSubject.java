package dev.coppice.fuzz.checkpoint;

import dev.coppice.CheckpointMode;
import dev.coppice.JournalMode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.BusyHandler;
import org.sqlite.SQLiteErrorCode;

/** SQLite through sqlite-jdbc, a connection for each participant. Thread safety: one thread. */
final class SqliteSubject implements Subject {
    private static final int LITTLE_MILLIS = 10;
    private static final int MOST_CALLS = 1_000;

    private final String url;
    private final Connection own;
    private final List<Connection> others = new ArrayList<>();

    SqliteSubject(Path path, JournalMode journal) {
        url = "jdbc:sqlite:" + path;
        own = connect();
        execute(own, "PRAGMA journal_mode = " + journal);
        execute(own, "PRAGMA wal_autocheckpoint = 0");
        execute(own, "CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB)");
    }

    private Connection connect() {
        try {
            Connection connection = DriverManager.getConnection(url);
            execute(connection, "PRAGMA synchronous = OFF");
            execute(connection, "PRAGMA busy_timeout = 0");
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection another() {
        Connection connection = connect();
        others.add(connection);
        return connection;
    }

    private static void execute(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static void insert(Connection connection) {
        execute(connection, "INSERT INTO t (v) VALUES (randomblob(3000))");
    }

    private static void beginToRead(Connection connection) {
        execute(connection, "BEGIN");
        execute(connection, "SELECT count(*) FROM t");
    }

    private static void beginToWrite(Connection connection) {
        execute(connection, "BEGIN IMMEDIATE");
        insert(connection);
    }

    @Override
    public void commit() {
        insert(own);
    }

    @Override
    public void read() {
        beginToRead(another());
    }

    @Override
    public void write() {
        beginToWrite(another());
    }

    @Override
    public void own(Scenario.Own what) {
        switch (what) {
            case NOTHING -> {}
            case READ -> beginToRead(own);
            case WRITE -> beginToWrite(own);
        }
    }

    @Override
    public Answer checkpoint(CheckpointMode mode, Scenario.Patience patience) {
        try (Statement statement = own.createStatement()) {
            switch (patience) {
                case NONE -> {}
                case LITTLE -> statement.execute("PRAGMA busy_timeout = " + LITTLE_MILLIS);
                case ENOUGH -> BusyHandler.setHandler(own, leaving());
            }
            try (ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
                return Answer.counted(row.getInt(1) != 0, row.getLong(2), row.getLong(3));
            }
        } catch (SQLException e) {
            if (e.getErrorCode() == SQLiteErrorCode.SQLITE_LOCKED.code) {
                return Answer.locked();
            }
            throw new IllegalStateException(e);
        }
    }

    private BusyHandler leaving() {
        return new BusyHandler() {
            @Override
            protected int callback(int calls) {
                leave();
                return calls < MOST_CALLS ? 1 : 0;
            }
        };
    }

    private void leave() {
        for (Connection other : others) {
            execute(other, "COMMIT");
        }
        closeOthers();
    }

    private void closeOthers() {
        others.forEach(SqliteSubject::close);
        others.clear();
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closeOthers();
        close(own);
    }
}
