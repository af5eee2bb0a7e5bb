namespace DocService.Postgres.Opening;

/// <summary>The tables, as steps from one format to the next. A step that has been released is never changed.</summary>
internal static class Migrations
{
    /// <summary>What this program writes.</summary>
    public static int Format => Steps.Length;

    /// <summary>The step at index n leads from format n to n + 1.</summary>
    public static readonly string[] Steps =
    [
        """
        CREATE TABLE docservice.documents (
            id BYTEA PRIMARY KEY,
            version BIGINT NOT NULL,
            created BIGINT NOT NULL,
            modified BIGINT NOT NULL,
            type TEXT NOT NULL,
            length BIGINT NOT NULL,
            sha256 BYTEA NOT NULL,
            body_xxh3 BIGINT NOT NULL,
            row_xxh3 BIGINT NOT NULL,
            body BYTEA NOT NULL
        ) WITH (fillfactor = 80);
        ALTER TABLE docservice.documents ALTER COLUMN body SET STORAGE EXTERNAL;
        CREATE TABLE docservice.damaged (found TIMESTAMPTZ NOT NULL, LIKE docservice.documents);
        CREATE TABLE docservice.requests (
            key BYTEA PRIMARY KEY,
            fingerprint BYTEA NOT NULL,
            sequence BIGINT NOT NULL,
            ids BYTEA[] NOT NULL,
            statuses SMALLINT[] NOT NULL,
            made TIMESTAMPTZ NOT NULL DEFAULT now()
        );
        CREATE INDEX requests_made ON docservice.requests (made);
        CREATE TABLE docservice.groups (id UUID PRIMARY KEY, claimed BOOLEAN NOT NULL DEFAULT false, made TIMESTAMPTZ NOT NULL DEFAULT now());
        """,
    ];

    /// <summary>Before the first step. One row says which format the tables have, and which sequence was given last: who commits holds it.</summary>
    public const string Beginning = """
        CREATE SCHEMA IF NOT EXISTS docservice;
        CREATE TABLE docservice.store (
            one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one),
            format INTEGER NOT NULL,
            store_id UUID NOT NULL,
            sequence BIGINT NOT NULL,
            system_id BIGINT NOT NULL,
            database_id BIGINT NOT NULL,
            timeline BIGINT NOT NULL
        ) WITH (fillfactor = 10);
        """;
}
