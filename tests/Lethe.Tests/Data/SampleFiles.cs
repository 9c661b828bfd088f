namespace Lethe.Tests.Data;

/// <summary>Small files of kinds that SkiaSharp cannot write, made with Pillow.</summary>
internal static class SampleFiles
{
    /// <summary>16×16 CMYK: left half cyan 0, magenta and yellow full, key 0, which is red; right half key full, which is black.</summary>
    public static byte[] Cmyk => Convert.FromBase64String(
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgAEAAQBEMRAE0RAFkR" +
        "AEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYn" +
        "KCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq" +
        "8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9U6/Kqvyqr9U6K/qor+qiv5V6K/lXr+Vev6qKK/qor+qiv5V6/9k=");

    /// <summary>4×2, palette red, green, blue, indices 0 1 2 0 / 2 1 0 2.</summary>
    public static byte[] Palette => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACAgMAAAACxpXwAAAACVBMVEX/AAAA/wAAAP8tSs2KAAAADElEQVR4nGOQYJgEAADeAKsa/Dd3AAAAAElFTkSuQmCC");

    /// <summary>The same with entry 1 (green) transparent.</summary>
    public static byte[] PaletteTransparent => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACAgMAAAACxpXwAAAACVBMVEX/AAAA/wAAAP8tSs2KAAAAAnRSTlP/AOW3MEoAAAAMSURBVHicY5BgmAQAAN4Aqxr8N3cAAAAASUVORK5CYII=");

    /// <summary>The same as GIF.</summary>
    public static byte[] Gif => Convert.FromBase64String(
        "R0lGODdhBAACAIEAAP8AAAD/AAAA/wAAACwAAAAABAACAAAICwABBBAAQECAggEBADs=");

    /// <summary>The same as BMP of 24 bits.</summary>
    public static byte[] Bmp => Convert.FromBase64String(
        "Qk1OAAAAAAAAADYAAAAoAAAABAAAAAIAAAABABgAAAAAABgAAADEDgAAxA4AAAAAAAAAAAAA/wAAAP8AAAD//wAAAAD/AP8A/wAAAAD/");

    /// <summary>4×2, palette 0, 100, 255 of grey, indices 0 1 2 0 / 2 1 0 2.</summary>
    public static byte[] GreyPalette => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACAgMAAAACxpXwAAAACVBMVEUAAABkZGT////ITjNHAAAADElEQVR4nGOQYJgEAADeAKsa/Dd3AAAAAElFTkSuQmCC");

    /// <summary>2×1, grey with alpha: black opaque, black transparent.</summary>
    public static byte[] GreyAlpha => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR4nGNg+M/AAAADAgEAmZs7lAAAAABJRU5ErkJggg==");

    /// <summary>3×1, grey of 16 bits: 0, 32768, 65535.</summary>
    public static byte[] Grey16 => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABEAAAAABuG5crAAAAD0lEQVR4nGNgYGhg+P8fAAUEAn/jgEvgAAAAAElFTkSuQmCC");

    /// <summary>2×1, one bit: black, white.</summary>
    public static byte[] Grey1 => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABAQAAAADcWUInAAAACklEQVR4nGNwAAAAQgBBKTf07wAAAABJRU5ErkJggg==");

    /// <summary>40×40 progressive colour JPEG of smooth noise.</summary>
    public static byte[] Progressive => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZP" +
        "NS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAoACgDASIAAhEBAxEB/8QAGQAAAwEBAQAAAAAAAAAAAAAAAAMEAgUB/8QAFwEB" +
        "AQEBAAAAAAAAAAAAAAAAAwIEBf/aAAwDAQACEAMQAAABkeTUtTeryYjAk1A9NE4TXJYvOnhkVK+SCnnYGTAOi3//xAAeEAACAgIDAQEAAAAAAAAAAAACAwABERITISIjMv/aAAgBAQAB" +
        "BQKi1g+4xF1FR49tDFJLVmwmJmIFbNoZck4ukD0xPtaM1YytqMrxP1PYQ/EYzsXXcUz6Pdef/8QAHhEAAgICAgMAAAAAAAAAAAAAAQIAAxESBCITITH/2gAIAQMBAT8B3sYbKZ5kOc/Y" +
        "OO5HUwYVOvqcdVQ7E5llTM2Vlw2swY4CZ1lVjaT/xAAaEQACAwEBAAAAAAAAAAAAAAAAAQIDEhEi/9oACAECAQE/AZPcOjt00zbNTayVWuDHZJsq9XPpzsmimCwj/8QAGRAAAgMBAAAA" +
        "AAAAAAAAAAAAABEQICEB/9oACAEBAAY/ApVcq4wXTBS6f//EABsQAQEBAQEBAQEAAAAAAAAAAAEAESExQRBR/9oACAEBAAE/IfolvCz2EUp9rB/k+tMN9mfbJlk4ezCFmVqH0nT8wZCq" +
        "jHt8tljSSPdlhJ//2gAMAwEAAgADAAAAEOpzeKcfQQf/xAAbEQEAAwEAAwAAAAAAAAAAAAABABEhQTFhof/aAAgBAwEBPxApdE9FvzLwAe4LA3xm4B+RYmQOBDViGGz/xAAZEQEBAQEB" +
        "AQAAAAAAAAAAAAABEQAhMUH/2gAIAQIBAT8Qgg4Nn3KiVdHmoVHQSa0C4Td8yFvDeM3/xAAcEAEBAQEAAwEBAAAAAAAAAAABABEhMUGBEFH/2gAIAQEAAT8QBbDHztupy2T3/EaUZbne" +
        "WH8OFgBi2Cu3Mhlguv7aA4ttk3NcZHVzZFPP7lv2h0ItWNr3IpF4i/cJC//Z");

    /// <summary>2×1 TIFF, which is not read.</summary>
    public static byte[] Tiff => Convert.FromBase64String(
        "SUkqAAgAAAAJAAABBAABAAAAAgAAAAEBBAABAAAAAQAAAAIBAwABAAAACAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQAAABEBBAABAAAAegAAABYBBAABAAAAAQAAABcBBAABAAAAAgAA" +
        "ABwBAwABAAAAAQAAAAAAAAARyA==");
}
