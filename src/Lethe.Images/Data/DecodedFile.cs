namespace Lethe.Data;

/// <summary>An image as it came from a file.</summary>
/// <param name="Image">The image, upright.</param>
/// <param name="Stored">The height and width that it has in the file, upright too.</param>
/// <param name="MorePages">How many more images the file holds.</param>
internal readonly record struct DecodedFile(Image Image, (int Height, int Width) Stored, int MorePages)
{
    public void Deconstruct(out Image image, out (int Height, int Width) stored) => (image, stored) = (Image, Stored);
}
