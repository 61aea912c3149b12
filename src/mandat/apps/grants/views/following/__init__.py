"""What follows an award: the beneficiary's page and the service's."""
