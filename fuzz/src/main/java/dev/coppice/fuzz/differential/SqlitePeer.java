package dev.coppice.fuzz.differential;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.NavigableMap;

/** SQLite through sqlite-jdbc, a table for each family. Thread safety: one thread. */
final class SqlitePeer implements Peer {
    private final Connection connection;

    SqlitePeer(Path path) {
        try {
            connection = DriverManager.getConnection("jdbc:sqlite:" + path);
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = OFF");
                for (String family : FAMILIES) {
                    statement.execute(
                            "CREATE TABLE \""
                                    + family
                                    + "\" (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID");
                }
            }
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void run(String sql, byte[]... parameters) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setBytes(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void begin() {
        // The driver begins one with the first statement.
    }

    @Override
    public void put(String family, byte[] key, byte[] value) {
        run("INSERT OR REPLACE INTO \"" + family + "\" VALUES (?, ?)", key, value);
    }

    @Override
    public void delete(String family, byte[] key) {
        run("DELETE FROM \"" + family + "\" WHERE k = ?", key);
    }

    @Override
    public void deleteRange(String family, byte[] from, byte[] to) {
        byte[] low = from == null ? new byte[0] : from;
        String sql = "DELETE FROM \"" + family + "\" WHERE k >= ?";
        if (to == null) {
            run(sql, low);
        } else {
            run(sql + " AND k < ?", low, to);
        }
    }

    @Override
    public void commit() {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void abort() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public NavigableMap<byte[], byte[]> contents(String family) {
        Ordered entries = new Ordered();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT k, v FROM \"" + family + "\" ORDER BY k")) {
            while (rows.next()) {
                byte[] value = rows.getBytes(2);
                entries.add(rows.getBytes(1), value == null ? new byte[0] : value);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return entries.map();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
