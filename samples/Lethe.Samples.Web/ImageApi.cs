using Lethe.Onnx;
using Lethe.Runtime;

namespace Lethe.Samples.Web;

/// <summary>A web service that embeds an uploaded image. It needs an exported encoder, and no libtorch.</summary>
public static class ImageApi
{
    /// <summary>Makes the service.</summary>
    /// <param name="model">What <c>lethe export --format onnx</c> wrote.</param>
    /// <param name="arguments">Arguments of ASP.NET, as <c>--urls http://localhost:5080</c>.</param>
    /// <returns>The service, which is not running yet.</returns>
    public static WebApplication Create(string model, params string[] arguments)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(arguments);

        // One encoder serves all requests at once; each is given one thread, so that requests do not wait for each other.
        builder.Services.AddSingleton(_ => OnnxEncoder.Load(model, threads: 1));
        WebApplication app = builder.Build();
        app.MapPost("/embed", async (HttpRequest request, OnnxEncoder encoder) =>
        {
            using var image = new MemoryStream();
            await request.Body.CopyToAsync(image, request.HttpContext.RequestAborted);
            image.Position = 0;
            try
            {
                return Results.Ok(encoder.Embed(image));
            }
            catch (DataException error)
            {
                return Results.BadRequest(error.Message);
            }
        });
        return app;
    }
}
