using DocService.Api.Problems;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>The operations for operators, supervisors and the curious.</summary>
internal static class ServiceDescriptions
{
    private const string Json = "application/json";

    public static void Status(OpenApiOperation operation) => operation
        .Says("The store for operators", "What the store can do at present and why, how far its commits have come, and what its filesystem can promise.")
        .Answers(200, "The store's status, in whatever state it is.")
        .WithBody(200, Json, ServiceSchemas.Body(ServiceSchemas.Status, ServiceExamples.Status))
        .Refuses(ProblemCatalogue.InternalError);

    public static void Metrics(OpenApiOperation operation) => operation
        .Says("Metrics as Prometheus reads them", "The store's instruments (docservice_…), the web server's and the runtime's, in the text format 0.0.4.")
        .Answers(200, "All series.")
        .WithBody(200, "text/plain", ServiceSchemas.PlainText("docservice_fenced 0\n"))
        .Refuses(ProblemCatalogue.InternalError);

    public static void Live(OpenApiOperation operation) => operation
        .Says("Whether the process answers", "For a supervisor that restarts processes which do not: while this answers, a restart would not help.")
        .Answers(200, "It does.")
        .WithBody(200, Json, ServiceSchemas.Body(ServiceSchemas.Liveness, ServiceExamples.Liveness))
        .Refuses(ProblemCatalogue.InternalError);

    public static void Ready(OpenApiOperation operation) => operation
        .Says("Whether the store serves", "For a load balancer. Ready means all reads and at least deletes: a full disk is no reason to send readers away.")
        .Answers(200, "It does.")
        .WithBody(200, Json, ServiceSchemas.Body(ServiceSchemas.Readiness, ServiceExamples.Readiness))
        .Refuses(ProblemCatalogue.InternalError, ProblemCatalogue.Fenced, ProblemCatalogue.JournalDamaged, ProblemCatalogue.Busy);

    public static void Index(OpenApiOperation operation) => operation
        .Says("Where everything is", "Links for programs; a browser, which accepts text/html, is sent to Swagger UI.")
        .Answers(200, "The links.")
        .WithBody(200, Json, ServiceSchemas.Body(ServiceSchemas.Index, ServiceExamples.Index))
        .Answers(302, "To a browser.", ResponseFields.RedirectLocation)
        .Refuses(ProblemCatalogue.InternalError);
}
