from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0004_reseal")]

    operations = [
        migrations.CreateModel(
            "Thumbnail",
            [
                (
                    "version",
                    models.OneToOneField(
                        on_delete=models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="vault.version",
                    ),
                ),
                ("box", models.BinaryField()),
            ],
        ),
    ]
