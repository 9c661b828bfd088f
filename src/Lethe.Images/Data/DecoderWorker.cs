namespace Lethe.Data;

/// <summary>Decodes what another process asks for, until that has ended.</summary>
internal static class DecoderWorker
{
    /// <summary>Serves.</summary>
    /// <param name="questions">What is asked.</param>
    /// <param name="answers">Takes the answers.</param>
    public static void Serve(Stream questions, Stream answers)
    {
        using var buffered = new BufferedStream(answers, 1 << 16);
        while (DecoderPipe.Next(questions) is { } question)
        {
            DecodedFile file = default;
            ImageHeader header = default;
            string? reason = FileReading.WhyNot(() =>
            {
                if (question.ShortSide == 0)
                    header = ImageDecoder.ReadHeader(question.Path);
                else
                    file = ImageDecoder.Decode(question.Path, question.ShortSide, question.Channels, question.MaxMegapixels);
            });
            if (reason is not null)
                DecoderPipe.Refuse(buffered, reason);
            else if (question.ShortSide == 0)
                DecoderPipe.Answer(buffered, header);
            else
                DecoderPipe.Answer(buffered, file);
            buffered.Flush();
        }
    }
}
