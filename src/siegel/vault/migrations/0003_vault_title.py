from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_tree")]

    operations = [
        migrations.AddField("vault", "title_epoch", models.PositiveIntegerField(null=True)),
        migrations.AddField("vault", "title_row", models.BinaryField(null=True)),
    ]
