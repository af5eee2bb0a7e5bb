namespace DocService.Api.OpenApi;

/// <summary>What the service operations answer, as JSON text.</summary>
internal static class ServiceExamples
{
    public const string Liveness = """{"status":"live"}""";

    public const string Readiness = """{"status":"ready","reason":null}""";

    public const string Status = """
        {
          "state": "ready",
          "reason": null,
          "appendedThrough": 17,
          "durableThrough": 17,
          "filedThrough": 17,
          "pendingDocuments": 0,
          "journalBytes": 0,
          "queuedCommits": 0,
          "syncRunningSeconds": 0,
          "filingObstacle": null,
          "recovery": { "records": 0, "discardedRecords": 0, "cleanStop": true, "end": 16 },
          "storeId": "0198f7c2-5d1e-7a40-9c3b-2f6d8e1a4b70",
          "dataDirectory": "/var/lib/docservice",
          "firstStart": false,
          "fileSystem": {
            "type": "ext4",
            "mountOptions": "rw,relatime",
            "promise": "filed",
            "remark": null,
            "freeBytes": 84629815296,
            "freeInodes": 16309771
          },
          "version": "0.1.0"
        }
        """;

    public const string Index = """
        {
          "service": "DocService",
          "version": "0.1.0",
          "links": {
            "documents": "/docs/{id}",
            "status": "/status",
            "live": "/healthz/live",
            "ready": "/healthz/ready",
            "metrics": "/metrics",
            "openapi": "/openapi/v1.json",
            "swagger": "/swagger",
            "problems": "/problems"
          },
          "actions": {
            "batch": "POST /batch"
          }
        }
        """;
}
