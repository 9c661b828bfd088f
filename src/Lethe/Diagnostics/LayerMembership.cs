namespace Lethe.Diagnostics;

/// <summary>Whether one layer knows the images that it was trained on.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Auc">Membership AUC at the last evaluation, the mean over runs.</param>
/// <param name="Since">The epoch from which on it was above chance; null where it is not at the last.</param>
internal sealed record LayerMembership(string Layer, double Auc, int? Since);
