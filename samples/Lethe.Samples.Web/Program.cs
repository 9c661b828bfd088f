// lethe export runs/photos --out encoder.onnx
// dotnet run --project samples/Lethe.Samples.Web -- encoder.onnx --urls http://localhost:5080
// curl --data-binary @photo.jpg http://localhost:5080/embed
using Lethe.Samples.Web;

await ImageApi.Create(args[0], args[1..]).RunAsync();
